/** A ready operation of the playground, and the variables that it is shown with. */
export interface Example {
  readonly name: string;
  readonly title: string;
  readonly query: string;
  readonly variables?: string;
  /** Whether the playground opens with it. */
  readonly isOpen?: true;
}

/** The operations that the playground offers; each one's name is that of its operation and of its tab. */
export const examples: readonly Example[] = [
  {
    name: "Viewer",
    title: "Who am I?",
    isOpen: true,
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
    isOpen: true,
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
    query: `# What fires now, newest first, with its rule,
# what keeps it quiet and who looks after it.
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
      quietReasons {
        kind
        by
        until
      }
      acknowledgement {
        owner
        note
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
    name: "Board",
    title: "A board: what is wrong, in groups",
    isOpen: true,
    query: `# The worst first, grouped as notifications are
# unless you say by which labels, with how many
# of each group somebody looks after already.
query Board($filter: AlertFilter, $groupBy: [String!]) {
  alertCounts(filter: $filter) {
    total
    active
    suppressed
    acknowledged
    severities {
      severity
      total
    }
  }
  alertGroups(filter: $filter, groupBy: $groupBy, orderBy: SEVERITY, first: 20) {
    totalCount
    nodes {
      labels
      receiver
      severity
      counts {
        total
        suppressed
      }
      acknowledgement {
        acknowledged
        total
        joinedSince
      }
      alerts(first: 5) {
        nodes {
          id
          name
          state
          startsAt
          labels
        }
      }
    }
  }
}
`,
    variables: `{
  "filter": {
    "acknowledged": false,
    "matchers": ["severity!=none"]
  },
  "groupBy": ["project", "alertname"]
}`,
  },
  {
    name: "AlertsAcknowledge",
    title: "Say that you look after alerts",
    query: `# Put ids of alerts into the variables below.
# A silence for exactly these alerts lasts as
# long as they fire; alertsUnacknowledge ends it.
mutation AlertsAcknowledge($input: AlertsAcknowledgeInput!) {
  alertsAcknowledge(input: $input) {
    results {
      id
      acknowledgement {
        owner
        note
        silences {
          endsAt
        }
      }
      userErrors {
        code
        message
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
    "alerts": ["alr_0123456789abcdef"],
    "note": "On my way"
  }
}`,
  },
  {
    name: "SilenceCreate",
    title: "Silence an alert for an hour",
    isOpen: true,
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
    name: "AlertEvents",
    title: "Watch alerts as they come and go",
    isOpen: true,
    query: `# A snapshot first, then what begins,
# changes and ends, as it happens.
subscription AlertEvents($filter: AlertFilter) {
  alertEvents(filter: $filter) {
    kind
    counts {
      active
      suppressed
    }
    changes {
      kind
      alert {
        name
        state
        severity
        labels
      }
    }
  }
}
`,
    variables: `{
  "filter": {
    "states": ["ACTIVE"]
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
