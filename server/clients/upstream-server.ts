/** A Prometheus or an Alertmanager as the settings name it, secrets already read from their files. */
export interface UpstreamServer {
  /** What people know it by; unique among servers of its kind. Shown to every caller, so never an address. */
  readonly name: string;
  /** Base URL, for example `https://alerts.internal:9093/prefix`. */
  readonly url: string;
  readonly basicAuth?: { readonly username: string; readonly password: string };
  readonly bearerToken?: string;
  readonly tls?: UpstreamTls;
}

/** What a TLS connection needs beyond the system's defaults, each as PEM text. */
export interface UpstreamTls {
  /** The certificate authorities to trust instead of the system's. */
  readonly ca?: string;
  /** A client certificate, and its key. */
  readonly certificate?: string;
  readonly key?: string;
  /** The name to check the server's certificate against, where it is not the URL's host. */
  readonly serverName?: string;
}
