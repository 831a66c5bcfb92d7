import { registerEnumType } from "type-graphql";
import {
  checkEmail,
  checkHttpUrl,
  checkIrcChannel,
  checkPhids,
  checkSlackChannel,
  checkSlackWebhookUrl,
} from "../core/address.js";
import { checkBearerToken } from "../core/http-field.js";

/** The ways to tell people of an alert. */
export const ContactType = {
  EMAIL: "EMAIL",
  IRC: "IRC",
  WEBHOOK: "WEBHOOK",
  PHABRICATOR: "PHABRICATOR",
  SLACK: "SLACK",
} as const;
export type ContactType = keyof typeof ContactType;

registerEnumType(ContactType, {
  name: "ContactType",
  description: "A way to tell people of an alert.",
  valuesConfig: {
    EMAIL: { description: 'A mail; the value is one address: `"ops@example.org"`.' },
    IRC: { description: 'A message in an IRC channel; the value is its name: `"#ops"`.' },
    WEBHOOK: {
      description: "An HTTP request; the value is an http or https URL, the secret an optional bearer token.",
    },
    PHABRICATOR: {
      description: 'A Phabricator task; the value lists projects or users: `"PHID-PROJ-…,PHID-USER-…"`.',
    },
    SLACK: {
      description: 'A Slack message; the value is the channel, `"#ops"`, the secret the URL of an incoming webhook.',
    },
  },
});

/** What a contact of one type holds. The checks answer a message or null. */
export interface ContactRules {
  readonly checkValue: (value: string) => string | null;
  /** Null where there is no secret. */
  readonly checkSecret: ((secret: string) => string | null) | null;
  readonly needsSecret: boolean;
}

/** The rules of each type of contact. */
export const contactRules: Readonly<Record<ContactType, ContactRules>> = {
  EMAIL: { checkValue: checkEmail, checkSecret: null, needsSecret: false },
  IRC: { checkValue: checkIrcChannel, checkSecret: null, needsSecret: false },
  WEBHOOK: { checkValue: checkHttpUrl, checkSecret: checkBearerToken, needsSecret: false },
  PHABRICATOR: { checkValue: checkPhids, checkSecret: null, needsSecret: false },
  SLACK: { checkValue: checkSlackChannel, checkSecret: checkSlackWebhookUrl, needsSecret: true },
};
