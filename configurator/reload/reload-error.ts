/** A process read its new config and refused it; it goes on with the old one. */
export class ReloadRefusedError extends Error {
  override readonly name = "ReloadRefusedError";
}

/** A process could not be asked to reload, or did not say in time how it went: what it runs is not known. */
export class ProcessAwayError extends Error {
  override readonly name = "ProcessAwayError";
}
