/** How many things one event carries at the most: to make one takes some 10 ms, in which nobody else is answered. */
export const mostPerEvent = 200;

/** Where an event stands among those that belong together. */
export interface Place {
  readonly from: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

/**
 * Events that belong together, each made when the first reader comes to it, and the same for all readers. It can be let
 * go of while a slow reader still holds it, so that nobody's slowness keeps what is past.
 */
export class Delivery<E> {
  readonly #events: E[] = [];
  #make: ((place: Place) => E) | null;

  /**
   * @param version what the reader of all of it has
   * @param size how many things it carries
   */
  constructor(
    readonly version: number,
    private readonly size: number,
    make: (place: Place) => E,
  ) {
    this.#make = make;
  }

  /** How many events it has; one at the least. */
  get length(): number {
    return Math.max(1, Math.ceil(this.size / mostPerEvent));
  }

  /** One of its events; null once it was let go of. */
  event(index: number): E | null {
    if (this.#make === null) return null;
    const made = this.#events[index];
    if (made !== undefined) return made;
    const place = { from: index * mostPerEvent, isFirst: index === 0, isLast: index === this.length - 1 };
    const event = this.#make(place);
    this.#events[index] = event;
    return event;
  }

  letGo(): void {
    this.#make = null;
    this.#events.length = 0;
  }
}
