/** The events of a subscription for one caller. Access is checked, and events are filtered, by the service behind it. */
export type Stream<C> = (caller: C, args: never) => AsyncIterable<unknown>;

/** The streams of subscriptions, by topic; each knows the arguments that its subscription has. */
export type Streams<C> = Readonly<Record<string, Stream<C>>>;

/** What a subscription asks its stream with. */
export interface StreamQuestion<C> {
  readonly caller: C;
  /** As the schema has checked them. */
  readonly args: object;
}

/** An event that carries many things; what executing it takes grows with them. */
export interface WeighedEvent {
  /** How many it carries. */
  readonly weight: number;
}

/** Options of a subscription that reads the stream of this topic. */
export const fromStream = <C>(topic: string) => ({
  topics: topic,
  topicId: ({ context, args }: { readonly context: C; readonly args: object }): StreamQuestion<C> => ({
    caller: context,
    args,
  }),
});
