/** How login links leave the house. */
import {mkdirSync, writeFileSync} from 'node:fs';
import path from 'node:path';

export type Mail = {to: string; subject: string; text: string};

/** Rejects when the mail was not taken over. */
export type Mailer = {send(mail: Mail): Promise<void>};

const TIMEOUT_MS = 10_000;

/** The local form: every mail becomes a file in a folder, for a network on one machine. */
export function folderMailer(folder: string, {now}: {now: () => number} = {now: Date.now}): Mailer {
  let count = 0;
  return {
    async send({to, subject, text}) {
      mkdirSync(folder, {recursive: true, mode: 0o700});
      count += 1;
      const name = `${now()}-${String(count).padStart(6, '0')}.eml`;
      writeFileSync(path.join(folder, name), `To: ${to}\nSubject: ${subject}\n\n${text}\n`, {mode: 0o600});
    },
  };
}

export type MailService = {url: string; from: string; token: string | undefined; timeoutMs?: number};

/** A mail service that takes `{from, to, subject, text}` as JSON by POST. Nothing is told to where it redirects: the mail holds a login link. */
export function httpMailer({url, from, token, timeoutMs = TIMEOUT_MS}: MailService): Mailer {
  return {
    async send(mail) {
      const response = await fetch(url, {
        method: 'POST', redirect: 'manual', signal: AbortSignal.timeout(timeoutMs), body: JSON.stringify({from, ...mail}),
        headers: {'content-type': 'application/json', ...(token !== undefined && {authorization: `Bearer ${token}`})},
      });
      await response.body?.cancel();
      if (!response.ok) throw new Error(`the mail service answered ${response.status}`);
    },
  };
}
