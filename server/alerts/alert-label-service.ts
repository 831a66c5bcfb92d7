import type { Caller } from "../access/caller.js";
import { requirePageSize } from "../core/page.js";
import { searchIn } from "../core/search.js";
import type { AlertFilter } from "./alert-input.js";
import type { AlertLabelName, AlertLabelValue } from "./alert-label.js";
import type { AlertService } from "./alert-service.js";

/** How many labels or values, and which. */
export interface LabelQuery {
  readonly filter: AlertFilter;
  /** Only those with this text in them, ignoring case. */
  readonly search?: string | null;
  readonly first: number;
}

/** Answers from memory which labels alerts have, and with which values: for autocompletion and overviews. */
export class AlertLabelService {
  constructor(private readonly alerts: AlertService) {}

  /** Those of the alerts that the caller may see, the most frequent first; null when no Alertmanager has ever answered. */
  async names(caller: Caller, query: LabelQuery): Promise<readonly AlertLabelName[] | null> {
    const selection = await this.alerts.select(caller, null, query.filter);
    return selection && someOf(caller, selection.labelNames, query, ({ name }) => name);
  }

  /** The values of a label, in the same way. */
  async values(caller: Caller, name: string, query: LabelQuery): Promise<readonly AlertLabelValue[] | null> {
    const selection = await this.alerts.select(caller, null, query.filter);
    return selection && someOf(caller, selection.valuesOf(name), query, ({ value }) => value);
  }
}

function someOf<T>(
  { matching }: Caller,
  all: readonly T[],
  { search, first }: LabelQuery,
  textOf: (item: T) => string,
): readonly T[] {
  requirePageSize(first);
  const holds = search ? searchIn(search, matching) : null;
  return (holds === null ? all : all.filter((item) => holds([textOf(item)]))).slice(0, first);
}
