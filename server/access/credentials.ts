/** What a request brings to prove who makes it; each way in looks at its own part. */
export interface Credentials {
  /** Of `Authorization: Bearer …`; null when there is no such header. */
  readonly bearer: string | null;
  /** Of `X-Auth-Token`; null when it is absent or given twice. */
  readonly keystoneToken: string | null;
  /** Of the session cookie. */
  readonly session: string | null;
  /** The values of a header by its name in lower case: one for each time that it stands in the request. */
  readonly header: (name: string) => readonly string[];
  /** The address at the other end of the connection, which no header can forge. */
  readonly peer: string;
}
