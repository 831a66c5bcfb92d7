import { describe, expect, test } from "vitest";
import type { ProjectConfig, ScrapeJobConfig } from "../../configurator/fetch/project-config.js";
import { type RenderOptions, renderProject as renderThrough } from "../../configurator/render/render-project.js";
import { aGroup, aJob, anAlert, anHttpProbe, aProject, aRecording, aTier } from "./support/config.js";
import { anywhere } from "./support/egress.js";

const renderProject = (project: ProjectConfig, options: RenderOptions) => renderThrough(project, options, anywhere);

const options: RenderOptions = {
  prometheus: { tiers: { default: aTier() } },
  alertmanager: { secretsFolder: "/s", continue: false, email: true },
  namingKey: "key",
};

const messages = (...parameters: Parameters<typeof renderProject>) =>
  renderProject(...parameters).problems.map(({ message }) => message);

describe("whatever the server says", () => {
  test.each(["../etc", "a/b", "", "A", "_global", "a.b", ".", "a\nb", "x".repeat(64)])(
    "a project named %j has no file at all",
    (name) => {
      const project = aProject(name, {
        scrapeJobs: [aJob("node")],
        rules: [anAlert(name, "Down")],
        contactGroups: [aGroup("g", [])],
      });
      const { files, targets, problems } = renderProject(project, options);
      expect(Object.values(files).map((each) => each.size)).toEqual([0, 0, 0, 0]);
      expect(targets).toBeUndefined();
      expect(problems).toEqual([{ project: project.id, message: "The project is left out: its name is not allowed." }]);
    },
  );

  test("a rule whose expression, labels or templates reach further is left out; the project's other rules stay", () => {
    const rules = [
      anAlert("a", "Fine"),
      anAlert("a", "Unforced", { enforcedExpr: "up == 0" }),
      anAlert("a", "Foreign", { enforcedExpr: `up{project="b"} == 0` }),
      anAlert("a", "Annotation", { annotations: { x: `{{ query "up" }}` } }),
      anAlert("a", "Label", { labels: { x: `{{ query "up" }}` } }),
      anAlert("a", "Long", { labels: { x: "{{ $labels }}" }, annotations: { x: "{{ $labels }}" } }),
      anAlert("a", "Severity", { severity: `{{ query "up" }}` }),
      anAlert("a", "Label name", { labels: { "a-b": "x" } }),
      anAlert("a", "Annotation name", { annotations: { __proto: "x" } }),
      aRecording("a", "unforced", { enforcedExpr: "sum(up)" }),
      aRecording("a", "ALERTS"),
      aRecording("a", "not-a-name"),
      aRecording("a", "label_name", { labels: { __name__: "up" } }),
    ];
    const { files, problems } = renderProject(aProject("a", { rules }), options);
    expect(files.prometheus.get("rules/a.yml")?.match(/(alert|record): .*/g)).toEqual(["alert: Fine"]);
    const told = [
      `Rule "ALERTS" is left out: it records under the name of a series that Prometheus itself writes.`,
      `Rule "label_name" is left out: the label "__name__" is not allowed.`,
      `Rule "not-a-name" is left out: its name is none for a series.`,
      `Rule "unforced" is left out: a selector lacks project="a".`,
      `Rule "Annotation" is left out: a template must not use "query".`,
      `Rule "Annotation name" is left out: the annotation "__proto" is not allowed.`,
      `Rule "Foreign" is left out: a selector asks for another project: project="b".`,
      `Rule "Label" is left out: a template must not use "query".`,
      `Rule "Label name" is left out: the label "a-b" is not allowed.`,
      'Rule "Long" is left out: its templates read 128 labels and values, and 96 are allowed.',
      `Rule "Severity" is left out: a template must not use "query".`,
      `Rule "Unforced" is left out: a selector lacks project="a".`,
    ];
    expect(problems).toEqual(told.map((message) => ({ project: "prj_a", file: "prometheus/rules/a.yml", message })));
  });

  test("extra labels are templates too, so they are checked with every alert", () => {
    const project = aProject("a", { extraLabels: { x: `{{ query "up" }}` }, rules: [anAlert("a", "Down")] });
    expect(messages(project, options)).toEqual([`Rule "Down" is left out: a template must not use "query".`]);
  });

  test.each<[string, Partial<ScrapeJobConfig["staticTargets"][number]>]>([
    ["it is not a host name or an IP address", { host: "a/b" }],
    ["it is not a host name or an IP address", { host: "a b" }],
    ["it is not a host name or an IP address", { host: "fe80::1%eth0" }],
    ["its port is not a number from 1 to 65535", { port: 0 }],
    ["its port is not a number from 1 to 65535", { port: 1.5 }],
    ["it has no port", { port: null }],
    [`the label "project" is not allowed`, { labels: { project: "b" } }],
    [`the label "job" is not allowed`, { labels: { job: "b" } }],
    [`the label "__address__" is not allowed`, { labels: { __address__: "b" } }],
    [`the label "a-b" is not allowed`, { labels: { "a-b": "b" } }],
  ])("a target is left out: %s", (problem, target) => {
    const bad = { host: "192.0.2.1", port: 1, labels: {}, ...target };
    const good = { host: "192.0.2.2", port: 1, labels: {} };
    const rendered = renderProject(aProject("a", { scrapeJobs: [aJob("j", { staticTargets: [bad, good] })] }), options);
    expect(rendered.problems.map(({ message }) => message)).toEqual([
      `Scrape job "j" leaves out the target ${JSON.stringify(bad.host)}: ${problem}.`,
    ]);
    expect(JSON.parse(rendered.targets?.text ?? "")).toEqual([
      { targets: ["192.0.2.2:1"], labels: { __metricsinfra_scrape_job: "job_j", job: "j", project: "a" } },
    ]);
  });

  test("a job is left out for its name, its parameters, or a probe where there is no blackbox exporter", () => {
    const scrapeJobs = [
      aJob("a/b"),
      aJob("param", { params: { "x-y": "1" } }),
      aJob("probe", { probe: { __typename: "IcmpProbe", ipProtocol: "ANY" } }),
    ];
    const rendered = renderProject(aProject("a", { scrapeJobs }), options);
    expect(rendered.targets).toBeUndefined();
    expect(rendered.problems.map(({ message }) => message)).toEqual([
      `Scrape job "a/b" is left out: its name is not allowed.`,
      `Scrape job "param" is left out: the parameter "x-y" is not allowed.`,
      `Scrape job "probe" is left out: this agent has no blackbox exporter.`,
    ]);
  });

  test.each(["\r\nX-Injected: 1", "\n", "\u0000", "\u0085", "\u2028", "\ud800", "{{ .x }}", "}}"])(
    "nothing of a tenant that holds %j gets into a header, a URL, an address or a pattern",
    (part) => {
      const http = anHttpProbe();
      const dns = {
        __typename: "DnsProbe",
        queryName: "a",
        queryType: "A",
        transport: "UDP",
        answerMatches: null,
        ipProtocol: "ANY",
      } as const;
      const text = `a${part}b`;
      const bad: readonly Partial<ScrapeJobConfig>[] = [
        { metricsPath: `/${text}` },
        { params: { a: text } },
        { probe: { ...http, path: `/${text}` } },
        { probe: { ...http, hostHeader: text } },
        { probe: { ...http, headers: { [text]: "a" } } },
        { probe: { ...http, headers: { "X-A": text } } },
        { probe: { ...http, bodyMatches: text } },
        { probe: { ...http, bodyNotMatches: text } },
        { probe: { ...dns, queryName: text } },
        { probe: { ...dns, answerMatches: text } },
      ];
      const scrapeJobs = bad.map((job, index) => aJob(`j${index}`, job));
      const contacts = [
        { type: "WEBHOOK", value: `https://example.org/${text}`, sendResolved: true, secret: null },
        { type: "WEBHOOK", value: `https://${text}/`, sendResolved: true, secret: null },
        { type: "WEBHOOK", value: "https://example.org/", sendResolved: true, secret: text },
        { type: "SLACK", value: `#${text}`, sendResolved: true, secret: "https://example.org/x" },
        { type: "SLACK", value: "#a", sendResolved: true, secret: `https://example.org/${text}` },
        { type: "EMAIL", value: `${text}@example.org`, sendResolved: true, secret: null },
        { type: "IRC", value: `#${text}`, sendResolved: true, secret: null },
        { type: "PHABRICATOR", value: text, sendResolved: true, secret: null },
      ] as const;
      const relays = { ircRelayUrl: "http://relay", phabricatorUrl: "http://phabricator" };
      const project = aProject("a", {
        scrapeJobs: [...scrapeJobs, aJob("good")],
        contactGroups: [aGroup("g", contacts)],
      });
      const { files, targets, problems } = renderProject(project, {
        ...options,
        blackbox: { address: "127.0.0.1:9115", secretsFolder: "/b" },
        alertmanager: { secretsFolder: "/s", continue: false, email: true, ...relays },
      });
      expect(JSON.parse(targets?.text ?? "")).toEqual([
        { targets: ["192.0.2.1:9100"], labels: { __metricsinfra_scrape_job: "job_good", job: "good", project: "a" } },
      ]);
      expect([files.blackbox.size, [...files.alertmanager.keys()]]).toEqual([0, ["projects/a.json"]]);
      expect(JSON.parse(files.alertmanager.get("projects/a.json") ?? "")).toEqual({
        routes: [],
        receivers: [{ name: "a/g" }],
      });
      expect(problems).toHaveLength(bad.length + contacts.length);
    },
  );

  test.each([
    "file:///etc/passwd",
    "//example.org/x",
    "https://user:secret@example.org/x",
    "https://example.org@127.0.0.1/x",
    "https://example.org\\@127.0.0.1/x",
    "https://127.0.0.1#@example.org/",
    "https:example.org",
  ])("a webhook at %j is left out, as is Slack's: not all who read it would read the same", (url) => {
    const contacts = [
      { type: "WEBHOOK", value: url, sendResolved: true, secret: null },
      { type: "SLACK", value: "#a", sendResolved: true, secret: url },
    ] as const;
    const project = aProject("a", { contactGroups: [aGroup("g", contacts)] });
    expect(messages(project, options)).toEqual([
      `Contact group "g" leaves out its contact 1 (WEBHOOK): it is not an http or https URL.`,
      `Contact group "g" leaves out its contact 2 (SLACK): its webhook is not an http or https URL.`,
    ]);
  });

  test("what a newer server has and this agent has never heard of is left out", () => {
    const future = { __typename: "FutureKind", type: "FUTURE", value: "x", sendResolved: true, secret: null };
    const project = aProject("a", {
      rules: [{ ...anAlert("a", "Future"), ...future } as never],
      scrapeJobs: [aJob("future", { probe: future as never }), aJob("known")],
      contactGroups: [aGroup("g", [future as never])],
    });
    const rendered = renderProject(project, {
      ...options,
      blackbox: { address: "127.0.0.1:9115", secretsFolder: "/b" },
    });
    expect(rendered.problems.map(({ message }) => message)).toEqual([
      `Rule "Future" is left out: it is of a kind that this agent does not know.`,
      `Scrape job "future" is left out: its probe is of a kind that this agent does not know.`,
      `Contact group "g" leaves out its contact 1 (FUTURE): it is of a type that this agent does not know.`,
    ]);
    expect([rendered.files.prometheus.size, rendered.files.blackbox.size]).toEqual([0, 0]);
    expect(JSON.parse(rendered.targets?.text ?? "")).toHaveLength(1);
  });

  test.each([
    ["@169.254.169.254/latest", 'does not begin with "/"'],
    ["", 'does not begin with "/"'],
    ["//\\x", "holds characters that a URL must not"],
    ["/a b", "holds characters that a URL must not"],
    ["/a#b", "holds characters that a URL must not"],
    ["/%zz", "holds characters that a URL must not"],
    ["/é", "holds characters that a URL must not"],
  ])("a path that would not stay one behind its host is none to scrape or probe: %j %s", (path, problem) => {
    const scrapeJobs = [
      aJob("probe", { probe: anHttpProbe({ path }) }),
      aJob("scrape", { metricsPath: path }),
      aJob("good", { metricsPath: "/a-/~b;c=d", probe: anHttpProbe({ path: "/a/%C3%A9?b=c&d=@e" }) }),
    ];
    const blackbox = { address: "127.0.0.1:9115", secretsFolder: "/s" };
    const { files, targets, problems } = renderProject(aProject("a", { scrapeJobs }), { ...options, blackbox });
    expect(problems.map(({ message }) => message)).toEqual([
      `Scrape job "probe" is left out: its probe's path ${problem}.`,
      `Scrape job "scrape" is left out: its metrics path ${problem}.`,
    ]);
    const groups = JSON.parse(targets?.text ?? "") as { labels: Record<string, string> }[];
    expect(groups.map(({ labels }) => labels.__param_target)).toEqual(["http://192.0.2.1:9100/a/%C3%A9?b=c&d=@e"]);
    expect(Object.keys(JSON.parse(files.blackbox.get("projects/a.json") ?? ""))).toEqual(["a/good"]);
  });

  test("a limit tier that the server does not know is replaced by the default one", () => {
    const { targets, problems } = renderProject(
      aProject("a", { limitTier: "huge", scrapeJobs: [aJob("node")] }),
      options,
    );
    expect(targets?.tier).toBe("default");
    expect(problems.map(({ message }) => message)).toEqual([
      `The server's settings hold no limit tier "huge"; the limits of "default" apply.`,
    ]);
  });

  test("a contact that cannot be reached or would be read as a template, header or URL is left out", () => {
    const contact = (type: "EMAIL" | "IRC" | "WEBHOOK" | "PHABRICATOR" | "SLACK", value: string, secret?: string) => ({
      type,
      value,
      sendResolved: true,
      secret: secret ?? null,
    });
    const project = aProject("a", {
      defaultContactGroup: { id: "cgr_g", name: "g" },
      contactGroups: [
        aGroup("g", [
          contact("EMAIL", "a@example.org"),
          contact("EMAIL", "a@example.org, b@example.org"),
          contact("EMAIL", "{{ .CommonLabels.owner }}@example.org"),
          contact("EMAIL", "a@example.org\r\nBcc: b@example.org"),
          contact("IRC", "#x"),
          contact("PHABRICATOR", "PHID-PROJ-aaaaaaaaaaaaaaaaaaaa"),
          contact("SLACK", "#x"),
          contact("SLACK", "{{ .x }}", "https://slack.example.org"),
          contact("WEBHOOK", "file:///etc/passwd"),
          contact("WEBHOOK", "https://example.org/{{ .x }}"),
          contact("WEBHOOK", "https://example.org/", "a\nb"),
        ]),
        aGroup("a/b", []),
      ],
    });
    const { files, problems } = renderProject(project, options);
    const left = (index: number, type: string, why: string) =>
      `Contact group "g" leaves out its contact ${index} (${type}): ${why}.`;
    expect(problems.map(({ message }) => message)).toEqual([
      `Contact group "a/b" is left out: its name is not allowed.`,
      left(2, "EMAIL", "it is not one e-mail address"),
      left(3, "EMAIL", "it holds template marks"),
      left(4, "EMAIL", "it holds control characters"),
      left(5, "IRC", "this agent has no IRC relay"),
      left(6, "PHABRICATOR", "this agent has no Phabricator relay"),
      left(7, "SLACK", "it has no webhook URL"),
      left(8, "SLACK", "it holds template marks"),
      left(9, "WEBHOOK", "it is not an http or https URL"),
      left(10, "WEBHOOK", "it holds template marks"),
      left(11, "WEBHOOK", "it holds control characters"),
    ]);
    expect(JSON.parse(files.alertmanager.get("projects/a.json") ?? "")).toEqual({
      routes: [{ receiver: "a/g", matchers: [`project="a"`] }],
      receivers: [
        {
          name: "a/g",
          email_configs: [
            { to: "a@example.org", headers: { "Auto-Submitted": "auto-generated" }, send_resolved: true },
          ],
        },
      ],
    });
  });

  test("an e-mail contact is left out where Alertmanager has no mail server", () => {
    const contacts = [{ type: "EMAIL" as const, value: "a@example.org", sendResolved: true, secret: null }];
    const noMail = { alertmanager: { secretsFolder: "/s", continue: false, email: false }, namingKey: "key" };
    expect(messages(aProject("a", { contactGroups: [aGroup("g", contacts)] }), noMail)).toEqual([
      `Contact group "g" leaves out its contact 1 (EMAIL): this agent's Alertmanager has no mail server.`,
    ]);
  });

  test("an IRC channel cannot climb out of the relay's path", () => {
    const relayed = {
      ...options,
      alertmanager: { secretsFolder: "/s", continue: true, email: true, ircRelayUrl: "http://relay" },
    };
    const groupOf = (value: string) => aGroup("g", [{ type: "IRC", value, sendResolved: true, secret: null }]);
    const urlOf = (value: string) => {
      const { files } = renderProject(aProject("a", { contactGroups: [groupOf(value)] }), relayed);
      const { receivers } = JSON.parse(files.alertmanager.get("projects/a.json") ?? "");
      return receivers[0].webhook_configs?.[0].url;
    };
    expect(urlOf("#ops.team+1")).toBe("http://relay/ops.team%2B1");
    expect(urlOf("#x/../../admin?y=1")).toBeUndefined();
    expect(urlOf("#..")).toBeUndefined();
  });

  test("a secret's file name cannot leave its folder", () => {
    const group = { ...aGroup("g", []), id: "../../x" };
    const { files, problems } = renderProject(aProject("a", { contactGroups: [group] }), options);
    expect(files.alertmanager.size).toBe(0);
    expect(problems.map(({ message }) => message)).toEqual([`Contact group "g" is left out: its name is not allowed.`]);
  });
});
