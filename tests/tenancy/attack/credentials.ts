import { createHmac, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { apiAudience } from "../../support/oidc-provider.js";
import type { Attack, Reply } from "./attack.js";
import { type Attempt, attempts } from "./attempt.js";

const about = `query ($name: String!) { project(name: $name) { id description contactGroups { nodes { contacts { value } } } } viewer { name globalRole memberships { role } } }`;
type Headers = Readonly<Record<string, string>>;

/** Asks about the victim, with these headers and none of the attacker's own; whoever is believed to be of the victim gets an answer. */
const ask = (attack: Attack, headers: Headers, path = "/graphql"): Promise<Reply> =>
  attack.request(
    "POST",
    path,
    { "content-type": "application/json", ...headers },
    JSON.stringify({ query: about, variables: { name: attack.victim.name } }),
  );
const row = (what: string, headers: (attack: Attack) => Headers | Promise<Headers>) =>
  ["refused", what, async (attack: Attack) => ask(attack, await headers(attack))] as const;
/** The same beside the attacker's own token, which must count alone. */
const beside = (what: string, headers: (attack: Attack) => Headers | Promise<Headers>) =>
  [
    "harmless",
    `beside one's own token: ${what}`,
    async (attack: Attack) => {
      const own = `Bearer ${attack.own.tokens.ADMIN}`;
      return ask(attack, { ...(await headers(attack)), authorization: own });
    },
  ] as const;

const bearer = (token: string): Headers => ({ authorization: `Bearer ${token}` });
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
const claims = ({ victim, arena }: Attack, more: object = {}) => {
  const now = Math.floor(Date.now() / 1_000);
  const groups = [`project-${victim.name}-admins`, "sre"];
  return { iss: arena.oidc.issuer, aud: apiAudience, sub: "mallory", iat: now, exp: now + 600, groups, ...more };
};
const jwt = (header: object, payload: object, signature: (text: string) => string) => {
  const text = `${base64(header)}.${base64(payload)}`;
  return `${text}.${signature(text)}`;
};
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const rs256 = (text: string) => sign("sha256", Buffer.from(text), privateKey).toString("base64url");
const hs256 = (key: string) => (text: string) => createHmac("sha256", key).update(text).digest("base64url");
const remote = ({ victim }: Attack): Headers => ({
  "x-remote-user": "mallory",
  "x-remote-groups": `sre,project-${victim.name}`,
  "x-remote-name": "M",
});
const cut = (token = "") => token.slice(0, -1);

/** Passing for somebody else. */
export const credentials: readonly Attempt[] = attempts("credentials", [
  row("nothing", () => ({})),
  row("an empty bearer", () => ({ authorization: "Bearer " })),
  row("a random token", () => bearer(`mi_${randomBytes(32).toString("base64url")}`)),
  row("the victim's token without its last character", ({ victim }) => bearer(cut(victim.tokens[0]))),
  row("the victim's token with one more character", ({ victim }) => bearer(`${victim.tokens[0]}A`)),
  row("the victim's token in another case", ({ victim }) => bearer(victim.tokens[0]?.toUpperCase() ?? "")),
  row("the id of the victim's token", ({ victim }) => bearer(victim.ids.tok ?? "")),
  row("a pattern", () => bearer("mi_%")),
  row("SQL", () => ({ authorization: "Bearer ' OR '1'='1" })),
  row("Basic, with the attacker's token as password", ({ own }) => ({
    authorization: `Basic ${Buffer.from(`x:${own.tokens.ADMIN}`).toString("base64")}`,
  })),
  row("Digest", () => ({ authorization: 'Digest username="OPERATOR"' })),
  row("Token", ({ victim }) => ({ authorization: `Token ${victim.tokens[0]}` })),
  row("the attacker's token twice in one header", ({ own }) => ({
    authorization: `Bearer ${own.tokens.ADMIN}, Bearer x`,
  })),
  row("a JWT without a signature", (attack) => bearer(jwt({ alg: "none", typ: "JWT" }, claims(attack), () => ""))),
  row("a JWT of alg none with a signature", (attack) => bearer(jwt({ alg: "None" }, claims(attack), () => "eA"))),
  row("a JWT of one's own key", (attack) => bearer(jwt({ alg: "RS256", kid: "first" }, claims(attack), rs256))),
  row("a JWT of one's own key, that it brings along", (attack) =>
    bearer(jwt({ alg: "RS256", jwk: publicKey.export({ format: "jwk" }) }, claims(attack), rs256)),
  ),
  row("a JWT that says where its keys are", (attack) =>
    bearer(
      jwt(
        { alg: "RS256", jku: `http://${attack.own.exporter.host}:${attack.own.exporter.port}/jwks`, kid: "mine" },
        claims(attack),
        rs256,
      ),
    ),
  ),
  row("a JWT signed with the provider's public key as a secret", async (attack) => {
    const keys = await (await fetch(`${attack.arena.oidc.issuer}/jwks`)).text();
    return bearer(jwt({ alg: "HS256", kid: "first" }, claims(attack), hs256(keys)));
  }),
  row("a JWT whose key is a file", (attack) =>
    bearer(jwt({ alg: "HS256", kid: "../../../dev/null" }, claims(attack), hs256(""))),
  ),
  row("a good JWT for another audience", async (attack) =>
    bearer(await attack.arena.oidc.sign(claims(attack, { aud: "another" }))),
  ),
  row("a good JWT of another issuer", async (attack) =>
    bearer(await attack.arena.oidc.sign(claims(attack, { iss: "http://127.0.0.2" }))),
  ),
  row("a good JWT that has expired", async (attack) =>
    bearer(await attack.arena.oidc.sign(claims(attack, { exp: 1_000_000 }))),
  ),
  row("a good JWT without an expiry", async (attack) => {
    const { exp: _, ...rest } = claims(attack);
    return bearer(await attack.arena.oidc.sign({ ...rest, exp: undefined }));
  }),
  row("a good JWT without a subject", async (attack) =>
    bearer(await attack.arena.oidc.sign(claims(attack, { sub: undefined }))),
  ),
  row("a good JWT, edited", async (attack) => {
    const [head, , tail] = (await attack.arena.oidc.sign(claims(attack, { groups: [] }))).split(".");
    return bearer(`${head}.${base64(claims(attack))}.${tail}`);
  }),
  row("a JWT among the critical headers that nobody knows", (attack) =>
    bearer(jwt({ alg: "RS256", kid: "first", crit: ["x"], x: 1 }, claims(attack), rs256)),
  ),
  row("a JWT of five parts", (attack) =>
    bearer(`${base64({ alg: "dir", enc: "A128GCM" })}..${base64(claims(attack))}.x.y`),
  ),
  row("X-Auth-Token, made up", () => ({ "x-auth-token": "gAAAAABmadeup" })),
  row("X-Auth-Token with a path in it", () => ({ "x-auth-token": "../../v3/users" })),
  row("X-Auth-Token with an API token of the victim's", ({ victim }) => ({ "x-auth-token": victim.tokens[0] ?? "" })),
  row("X-Subject-Token", () => ({ "x-subject-token": "x", "x-auth-token": "x" })),
  row("the proxy's headers from an address that is no proxy", remote),
  row("the proxy's headers, and where they say they come from", (attack) => ({
    ...remote(attack),
    "x-forwarded-for": "192.0.2.7",
    forwarded: "for=192.0.2.7",
    "x-real-ip": "192.0.2.7",
  })),
  row("the proxy's headers of other products", ({ victim }) => ({
    "x-forwarded-user": "OPERATOR",
    "remote-user": "OPERATOR",
    "x-forwarded-groups": `project-${victim.name}`,
    "x-webauth-user": "x",
    "x-scope-orgid": victim.name,
  })),
  row("a cookie, made up", () => ({ cookie: "__Host-session=x" })),
  row("a cookie with a pattern", () => ({ cookie: "__Host-session=%25" })),
  row("a cookie with the victim's token", ({ victim }) => ({ cookie: `__Host-session=${victim.tokens[0]}` })),
  row("a cookie of another name", () => ({ cookie: "session=x; connect.sid=y; __Secure-session=z" })),
  row("a cookie with a prototype in it", () => ({ cookie: "__proto__=x; constructor=y" })),
  row("a cookie and a foreign origin", () => ({ cookie: "__Host-session=x", origin: "https://evil.example.org" })),
  row("a bad token, and the proxy's headers", (attack) => ({ ...bearer("mi_x"), ...remote(attack) })),
  row("a bad token, and a made up Keystone token", () => ({ ...bearer("mi_x"), "x-auth-token": "x" })),
  beside("the proxy's headers", remote),
  beside("a JWT as Keystone's token", (attack) => ({ "x-auth-token": jwt({ alg: "none" }, claims(attack), () => "") })),
  beside("a cookie", () => ({ cookie: "__Host-session=x" })),
  beside("a foreign origin", () => ({ origin: "https://evil.example.org", "sec-fetch-site": "cross-site" })),
  beside("the victim's project as a header", ({ victim }) => ({
    "x-project-id": victim.ids.prj ?? "",
    "x-scope-orgid": victim.name,
    "x-tenant": victim.name,
  })),
  beside("headers that change the method and the path", () => ({
    "x-http-method-override": "PUT",
    "x-original-url": "/metrics",
    "x-rewrite-url": "/",
  })),
  [
    "refused",
    "two Authorization headers",
    (attack) => ask(attack, { authorization: `Bearer ${attack.own.tokens.ADMIN}\u00a0` }),
  ],
  [
    "refused",
    "a token in the address",
    (attack) => ask(attack, {}, `/graphql?access_token=${attack.own.tokens.ADMIN}`),
  ],
  [
    "refused",
    "signing in without having asked to",
    (attack) => attack.request("GET", "/auth/callback?code=x&state=y", {}),
  ],
  [
    "refused",
    "signing in towards another host",
    (attack) => attack.request("GET", "/auth/sign-in?to=https://evil.example.org", {}),
  ],
]);
