import { SMTPServer } from "smtp-server";
import { atEnd } from "./at-end.js";
import { freePort } from "./ports.js";
import { waitFor } from "./wait-for.js";

/** A message as it was handed over. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** The decoded subject line. */
  readonly subject: string;
  /** The whole message, headers and body, as it was sent. */
  readonly raw: string;
}

/** A real SMTP server that keeps what it gets and delivers nothing. */
export interface SmtpSink {
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** The first mail, past or to come, for which the predicate holds. */
  waitFor(predicate: (mail: ReceivedMail) => boolean, deadlineMs?: number): Promise<ReceivedMail>;
}

/** Starts an SMTP server on loopback that wants neither authentication nor TLS; it ends with the test, or the file (`atEnd`). */
export async function startSmtpSink(): Promise<SmtpSink> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    disabledCommands: ["AUTH", "STARTTLS"],
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        const raw = Buffer.concat(chunks).toString("utf8");
        const from = mailFrom === false ? "" : mailFrom.address;
        mails.push({ from, to: rcptTo.map((address) => address.address), subject: subjectOf(raw), raw });
        callback();
      });
    },
  });
  const port = await freePort();
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  atEnd(() => new Promise<void>((resolve) => server.close(resolve)));
  return {
    host: "127.0.0.1",
    port,
    mails,
    waitFor: (predicate, deadlineMs = 20_000) =>
      waitFor(() => mails.find(predicate), {
        get what() {
          return `a mail; received so far: ${JSON.stringify(mails.map(({ to, subject }) => ({ to, subject })))}`;
        },
        deadlineMs,
      }),
  };
}

/** Unfolds the subject and decodes RFC 2047's "Q" encoding, the one that Alertmanager uses. */
function subjectOf(raw: string): string {
  const folded = /^Subject: (.*(?:\r?\n[ \t].*)*)/im.exec(raw)?.[1] ?? "";
  const line = folded.replace(/\?=\s+=\?/g, "?==?").replace(/\r?\n[ \t]/g, " ");
  return line.replace(/=\?utf-8\?q\?(.*?)\?=/gi, (_word, text: string) => {
    const byte = (_escape: string, hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
    const bytes = text.replace(/_/g, " ").replace(/=([0-9A-F]{2})/gi, byte);
    return Buffer.from(bytes, "latin1").toString("utf8");
  });
}
