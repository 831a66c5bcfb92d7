/** A ready operation of the playground, and the variables that it is shown with. */
export interface Example {
  readonly name: string;
  readonly title: string;
  readonly query: string;
  readonly variables?: string;
}

/** The operations that the playground opens with; each one's name is that of its operation and of its tab. */
export const examples: readonly Example[] = [
  {
    name: "Viewer",
    title: "Who am I?",
    query: `# Whose token this is, and its projects.
# Ctrl+Enter runs it, Ctrl+Space completes,
# the book on the left explains each field.
query Viewer {
  viewer {
    name
    kind
    globalRole
    memberships {
      role
      project {
        id
        name
      }
    }
  }
}
`,
  },
  {
    name: "Projects",
    title: "Projects, their targets and rules",
    query: `# What is scraped and what is alerted on,
# with its health live from Prometheus.
query Projects($first: Int = 10) {
  projects(first: $first) {
    totalCount
    nodes {
      id
      name
      viewerRole
      targets(first: 20) {
        nodes {
          instance
          health
          lastError
          scrapeJob {
            name
          }
        }
      }
      rules(first: 20) {
        nodes {
          name
          expr
          ... on AlertingRule {
            severity
            for
          }
          health {
            health
            alertingState
          }
        }
      }
      rollout {
        revision
        state
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`,
    variables: `{
  "first": 10
}`,
  },
  {
    name: "Alerts",
    title: "Alerts that fire now",
    query: `# What fires now, newest first, with
# its rule and with what silences it.
query Alerts($filter: AlertFilter) {
  alerts(filter: $filter, first: 20) {
    totalCount
    nodes {
      id
      name
      severity
      state
      startsAt
      labels
      annotations
      project {
        name
      }
      rule {
        expr
      }
      silencedBy {
        id
        comment
        createdBy
        endsAt
      }
    }
  }
  alertmanagers {
    name
    reachable
    lastSyncAt
    error
  }
}
`,
    variables: `{
  "filter": {
    "states": ["ACTIVE", "SUPPRESSED"]
  }
}`,
  },
  {
    name: "SilenceCreate",
    title: "Silence an alert for an hour",
    query: `# Silences one alert of one project:
# put your names into the variables below.
mutation SilenceCreate($input: SilenceCreateInput!) {
  silenceCreate(input: $input) {
    silence {
      id
      state
      endsAt
      alerts(first: 20) {
        totalCount
        nodes {
          name
          state
        }
      }
    }
    userErrors {
      code
      message
      path
    }
  }
}
`,
    variables: `{
  "input": {
    "matchers": [
      { "name": "project", "value": "my-project" },
      { "name": "alertname", "value": "MyAlert" }
    ],
    "duration": "1h",
    "comment": "Known, being worked on"
  }
}`,
  },
  {
    name: "Revisions",
    title: "Watch changes as they happen",
    query: `# Streams the number of each change of
# the config. Run it, then change something
# in another window.
subscription Revisions {
  revisions
}
`,
  },
];
