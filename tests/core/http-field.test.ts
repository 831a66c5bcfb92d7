import { expect, test } from "vitest";
import {
  checkBearerToken,
  checkHeaderName,
  checkHeaders,
  checkHeaderValue,
  checkMetricsPath,
  checkRequestPath,
} from "../../server/core/http-field.js";
import { testTexts } from "./text-table.js";

testTexts({
  "a header name": {
    check: checkHeaderName,
    good: ["Accept", "X-Test", "user-agent"],
    bad: [
      "",
      "X Y",
      "X:Y",
      "é",
      "Host",
      "content-length",
      "Transfer-Encoding",
      "Accept-Encoding",
      "Connection",
      "authorization",
      "COOKIE",
      "Proxy-Authorization",
      "x".repeat(65),
    ],
  },
  "a header value": {
    check: checkHeaderValue,
    good: ["text/html; q=0.9", "a: b"],
    bad: [" a", "a ", "a\tb", "é", "x".repeat(1025)],
  },
  "a request path": {
    check: checkRequestPath,
    good: ["/", "/health", "/a/b;c=1?x=1&y=a?b/c", "/%20", "/~user/@me"],
    bad: ["health", "?x", "/a b", "/a#b", "/%zz", "/é", "/a?b#c", "/a\\b", "/<x>", "http://a/", `/${"x".repeat(1024)}`],
  },
  "a metrics path": {
    check: checkMetricsPath,
    good: ["/", "/metrics", "/a/b:c"],
    bad: ["metrics", "/metrics?x=1", "/metrics#x", "/%20", "/a b", "/é"],
  },
  "a bearer token": {
    check: checkBearerToken,
    good: ["abc", "a.b-c_d~e+f/g=="],
    bad: ["a b", "a=b", "é", 'a"', "x".repeat(1025)],
  },
});

test("headers are judged one by one, and no name is given twice in two spellings", () => {
  expect(checkHeaders({ Accept: "text/html", "X-Test": "1" })).toEqual([]);
  expect(checkHeaders({ "X-A": "1", "x-a": "2", Host: "b", Cookie: "s=1", "X-B": "" })).toEqual([
    { path: ["X-A"], message: "This header is given twice, in two spellings." },
    { path: ["x-a"], message: "This header is given twice, in two spellings." },
    { path: ["Host"], message: "This header is set by whoever sends the request." },
    {
      path: ["Cookie"],
      message: "Credentials do not belong here: whoever may read this would read them.",
    },
    { path: ["X-B"], message: "A value must not be empty." },
  ]);
  expect(checkHeaders({ "X-A": "a\r\nHost: b", "X-B": "é" })).toEqual([
    { path: ["X-A"], message: "A value must not hold control characters." },
  ]);
  expect(checkHeaders({ "X-B": "é" })).toEqual([{ path: ["X-B"], message: "A header value is printable ASCII." }]);
});
