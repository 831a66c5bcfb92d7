import { createClient } from "@metricsinfra/sdk";
import { ConfigApplier } from "../../../configurator/apply/apply-config.js";
import { PhaseTimes } from "../../../configurator/apply/phase-times.js";
import { DeletionBrake } from "../../../configurator/brake/deletion-brake.js";
import { StateFile } from "../../../configurator/disk/agent-state.js";
import { makeOutputs } from "../../../configurator/outputs/make-outputs.js";
import { readSettings } from "../../../configurator/settings/settings.js";
import { egressOf } from "./egress.js";
import type { Workspace } from "./workspace.js";

/** An applier that stays, as in the daemon, with a clock of the test's. */
export function applierAt({ settingsFile }: Workspace, now: () => Date): ConfigApplier {
  const settings = readSettings(settingsFile, {});
  const client = createClient({ url: settings.server.url, token: settings.server.token });
  return new ConfigApplier({
    source: client,
    egress: egressOf(settings, client),
    stateFile: new StateFile(settings.directory),
    outputs: (tiers) => makeOutputs(settings, tiers, "key"),
    searchMs: 120_000,
    brake: new DeletionBrake(settings.brake, now),
    isReleased: async () => false,
    mayApply: async () => {},
    times: new PhaseTimes(),
    now,
  });
}
