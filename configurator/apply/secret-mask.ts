import { BaseFileError, isYamlMap, parseBaseFile, textOf } from "../render/base-file.js";
import { type YamlValue, yamlText } from "../render/yaml-text.js";

/**
 * The keys whose texts Prometheus, Alertmanager and the blackbox exporter themselves print as `<secret>`, in the words that
 * these keys end with: `smtp_auth_password`, `service_key`, `client_secret`, `http_headers.*.secrets`.
 */
const secretKey = /(?:^|_)(?:password|passphrase|secret|secrets|token|credentials|key|api_url|webhook_url)$/;
/** Maps of headers: in the first all are secret, in the other those that say who we are. */
const secretHeaders = "proxy_connect_header";
const headers = "headers";
const secretHeader = /auth|cookie|token|secret|key|password/i;
/** Receivers and discoveries, whose `url` often holds a token. */
const withSecretUrl = /_configs$/;
const userOfUrl = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#\s]*)@/i;

/** Takes the secrets out of config files that are to be shown; the same secret has the same number in all of them. */
export class SecretMask {
  readonly #numbers = new Map<string, number>();

  /** The file without the texts of its secrets. One that is no YAML is not shown at all. */
  hide(name: string, text: string): string {
    try {
      const { content } = parseBaseFile(name, text);
      return yamlText(Object.fromEntries(Object.entries(content).map(([key, value]) => [key, this.#of(value, [key])])));
    } catch (error) {
      if (error instanceof BaseFileError) return "(cannot be read, not shown)\n";
      throw error;
    }
  }

  /** `keys` lead to the value, outermost first; the items of a list share theirs. */
  #of(value: YamlValue | undefined, keys: readonly string[]): YamlValue | undefined {
    if (Array.isArray(value)) return value.map((item: YamlValue) => this.#of(item, keys) ?? "");
    if (isYamlMap(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.#of(entry, [...keys, key])]));
    }
    const text = textOf(value);
    if (text === undefined || text === "") return value;
    if (isSecret(keys)) return this.#mark(text);
    return userOfUrl.test(text) ? text.replace(userOfUrl, (_, scheme, user) => `${scheme}${this.#mark(user)}@`) : value;
  }

  #mark(secret: string): string {
    const number = this.#numbers.get(secret) ?? this.#numbers.size + 1;
    this.#numbers.set(secret, number);
    return `(secret ${number}, not shown)`;
  }
}

function isSecret(keys: readonly string[]): boolean {
  const [key = "", parent = ""] = keys.toReversed();
  if (secretKey.test(key) || keys.includes(secretHeaders)) return true;
  if (parent === headers) return secretHeader.test(key);
  return key === "url" && withSecretUrl.test(parent);
}
