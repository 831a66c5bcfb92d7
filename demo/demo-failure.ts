/** The demo cannot go on; the message says all that a person needs. */
export class DemoFailure extends Error {
  override readonly name = "DemoFailure";
}
