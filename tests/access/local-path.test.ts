import { expect, it } from "vitest";
import { localPath } from "../../server/access/local-path.js";

const origin = "https://metricsinfra.example.org";

it.each([
  ["/", "/"],
  ["/graphql", "/graphql"],
  ["/graphql?query={viewer{name}}&x=%2F#there", "/graphql?query={viewer{name}}&x=%2F#there"],
  ["/a/../b/./c", "/b/c"],
  ["/%0d%0aset-cookie:x=y", "/%0d%0aset-cookie:x=y"],
  ["/a?next=https://evil.example", "/a?next=https://evil.example"],
  ["/@evil.example", "/@evil.example"],
  ["/authors", "/authors"],
])("%s leads to %s", (text, path) => {
  expect(localPath(text, origin)).toBe(path);
});

it.each([
  undefined,
  ["/graphql"],
  "",
  "graphql",
  "?x",
  "https://evil.example",
  "https://metricsinfra.example.org/graphql",
  "https:/evil.example",
  "javascript:alert(1)",
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  " //evil.example",
  "/.//evil.example",
  "/x/..//evil.example",
  "/%2e//evil.example",
  "/a\r\nset-cookie: x=y",
  "/a\u0000b",
  "/a\u200bb",
  "//[",
  "/auth/sign-in",
  "/auth/callback?code=x",
  `/${"a".repeat(1_000)}`,
])("%j leads nowhere", (text) => {
  expect(localPath(text, origin)).toBeNull();
});
