import { expect, test } from "vitest";
import {
  checkAuthority,
  checkDnsName,
  checkEmail,
  checkHost,
  checkHttpUrl,
  checkIrcChannel,
  checkPhids,
  checkPort,
  checkSlackChannel,
  checkSlackWebhookUrl,
  normaliseHost,
} from "../../server/core/address.js";
import { testTexts } from "./text-table.js";

const phid = "PHID-PROJ-abcdefghij0123456789";

testTexts({
  "a host": {
    check: checkHost,
    good: [
      "db1",
      "db1.example.org",
      "DB1.Example.ORG",
      "my_service",
      "_x",
      "xn--bcher-kva.example",
      "127.0.0.1",
      "::1",
      "[::1]",
      "2001:db8::1",
      "1a",
      "3com.com",
      "a".repeat(63),
    ],
    bad: [
      "example.org.",
      ".example.org",
      "a..b",
      "-a",
      "a-",
      "a b",
      "a/b",
      "a:80",
      "[::1",
      "::1]",
      "[127.0.0.1]",
      "[a]",
      "[::1]:80",
      "fe80::1%eth0",
      "1.2.3",
      "1.2.3.4.5",
      "01.2.3.4",
      "256.1.1.1",
      "2130706433",
      "0x7f000001",
      "0x7f.1",
      "a.0x",
      "127.1",
      "é.org",
      "a@b",
      "http://a",
      "a".repeat(64),
      "a.".repeat(127),
      `${"a.".repeat(127)}a`,
      "::1::",
      "*",
      "a?b",
      "a#b",
      "a%00",
    ],
  },
  "an authority": {
    check: checkAuthority,
    good: ["a", "a:80", "[::1]", "[::1]:9100", "127.0.0.1:65535"],
    bad: [
      "a:",
      "a:0",
      "a:65536",
      "a:99999",
      "a:080000",
      "::1",
      "::1:80",
      "[::1]80",
      ":80",
      "a:b",
      "a:80:80",
      "[a]:80",
      "u@a",
    ],
  },
  "a URL": {
    check: checkHttpUrl,
    good: [
      "http://a",
      "https://a/",
      "https://hooks.example.org:8443/x?y=1&z=%20",
      "http://127.0.0.1:9/alerts",
      "http://[::1]/",
      "http://a?x",
    ],
    bad: [
      "a",
      "//a",
      "ftp://a",
      "file:///etc/passwd",
      "HTTP://a",
      "http://",
      "http:///x",
      "http://u@a",
      "http://u:p@a/",
      "http://a#f",
      "http://a\\@b/",
      "http://a/\\",
      "http://a/ b",
      "http://a/%zz",
      "http://a/%2",
      "http://a/é",
      "http://é/",
      "http://a/{b}",
      "http://0x7f.1/",
      "http://2130706433/",
      "http://a:0/",
      "http://a:99999/",
      "http://a%2eb/",
      'http://a/"',
      " http://a",
      "http://a ",
      "javascript:alert(1)",
      `http://a/${"x".repeat(2048)}`,
    ],
  },
  "a Slack webhook": {
    check: checkSlackWebhookUrl,
    good: ["https://hooks.slack.com/services/T0/B0/x", "http://127.0.0.1:9/hook"],
    bad: [
      "https://hooks.slack.com",
      "https://hooks.slack.com/",
      "hooks.slack.com/services/x",
      "https://u:p@hooks.slack.com/x",
    ],
  },
  "a name to ask for": {
    check: checkDnsName,
    good: ["example.org", "example.org.", ".", "1.0.0.127.in-addr.arpa", "_sip._tcp.Example.org", "a".repeat(63)],
    bad: ["..", "a..b", ".a", "a b", "a/b", "é", "*.a", "a:53", "a".repeat(64), `${"a.".repeat(127)}a`],
  },
  "a mail address": {
    check: checkEmail,
    good: ["a@b", "ops@example.org", "first.last+tag@sub.example.org", "o'hara@example.org", "root@localhost"],
    bad: [
      "a",
      "@b",
      "a@",
      "a@@b",
      "a b@c",
      "a@b c",
      "a@b,c@d",
      "a@b;c@d",
      "Ops <a@b>",
      "<a@b>",
      '"a"@b',
      ".a@b",
      "a.@b",
      "a..b@c",
      "a@b.",
      "a@[127.0.0.1]",
      "a@127.0.0.1",
      "a@::1",
      "é@b",
      "a@é",
      "a(c)@b",
      `${"a".repeat(65)}@b`,
      `a@${"b.".repeat(130)}c`,
    ],
  },
  "an IRC channel": {
    check: checkIrcChannel,
    good: ["#wikimedia-cloud-feed", "##chat", "#c++", "#.net", "#a_b"],
    bad: [
      "#",
      "##",
      "###a",
      "a",
      "&a",
      "#..",
      "#.",
      "#a/b",
      "#x/../../admin?y=1",
      "#a b",
      "#a,b",
      "#a%2f",
      "#é",
      "#a:b",
      "#a#b",
      `#${"a".repeat(50)}`,
    ],
  },
  "a Slack channel": {
    check: checkSlackChannel,
    good: ["#alerts", "#team-öl_1", "#Ops"],
    bad: ["#", "alerts", "@someone", "#a b", "#a/b", "#<!channel>", `#${"a".repeat(81)}`],
  },
  "a list of PHIDs": {
    check: checkPhids,
    good: [phid, `${phid},PHID-USER-abcdefghij0123456789`],
    bad: [
      `${phid},${phid}`,
      `${phid},`,
      `${phid}, ${phid}`,
      "PHID-PROJ-short",
      phid.toUpperCase(),
      `${phid}&title=x`,
      "T123",
    ],
  },
});

test.each([
  ["DB1.Example.ORG", "db1.example.org"],
  ["[2001:DB8:0:0:0:0:0:1]", "2001:db8::1"],
  ["0:0:0:0:0:0:0:1", "::1"],
  ["::ffff:127.0.0.1", "127.0.0.1"],
  ["::ffff:7f00:1", "127.0.0.1"],
  ["10.0.0.1", "10.0.0.1"],
])("%s is spelled %s", (text, host) => {
  expect(normaliseHost(text)).toBe(host);
  expect(normaliseHost(host)).toBe(host);
  expect(checkHost(host)).toBeNull();
});

test("ports are whole numbers from 1 to 65535", () => {
  for (const port of [1, 80, 65_535]) expect(checkPort(port)).toBeNull();
  for (const port of [0, -1, 65_536, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(checkPort(port)).toBe("A port is a whole number from 1 to 65535.");
  }
});

test("a URL is refused with the reason", () => {
  expect(checkHttpUrl("ftp://a")).toBe('A URL begins with "http://" or "https://".');
  expect(checkHttpUrl("http://user:secret@a/")).toBe("A URL must not hold a user name or password.");
  expect(checkHttpUrl("http://a/#b")).toBe("A URL must not hold a fragment.");
  expect(checkHttpUrl("http://a/é")).toBe("A URL may only hold the characters of RFC 3986; write others as %XX.");
  expect(checkHttpUrl("http://a:0/")).toBe("A port is a whole number from 1 to 65535.");
  expect(checkHttpUrl("http://a/{{ .x }}")).toBe('A URL must not hold "{{" or "}}".');
  expect(checkHttpUrl("http://a/\r\nX: y")).toBe("A URL must not hold control characters.");
});
