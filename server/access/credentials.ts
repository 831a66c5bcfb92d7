/** What a request brings to prove who makes it; each way in looks at its own part. */
export interface Credentials {
  /** Of `Authorization: Bearer …`; null when there is no such header. */
  readonly bearer: string | null;
  /** Of `X-Auth-Token`. */
  readonly keystoneToken: string | null;
  /** Of the session cookie. */
  readonly session: string | null;
  /** A header of the request by its name in lower case; null when it is absent or given twice. */
  readonly header: (name: string) => string | null;
  /** The address at the other end of the connection, which no header can forge. */
  readonly peer: string;
}
