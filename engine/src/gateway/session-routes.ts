/** Signing in and out, by wallet or mail, and the wallet's session keys. */
import {z} from '@hono/zod-openapi';
import {answers} from './api/answers.ts';
import {hex} from './api/scalars.ts';
import type {Credentials, Key} from './auth/credentials.ts';
import type {Gate} from './auth/gate.ts';
import {KEY_SCOPES} from './auth/identity.ts';
import type {MailLogin} from './auth/mail-login.ts';
import {ApiError} from './errors.ts';
import {type App, endpoint} from './http.ts';

const SIGN_IN_COST = 5;
const MAIL_COST = 20;
const DAY_SECONDS = 86_400;
const YEAR_SECONDS = 365 * DAY_SECONDS;

const mail = z.email().max(254).openapi({example: 'trader@example.org'});
const signInBody = z.strictObject({
  message: z.string().max(4_096), signature: hex(/^0x([0-9a-fA-F]{2}){65,1024}$/, 'a signature in hex'), mailToken: z.string().max(2_048).optional(),
});
const keyBody = z.strictObject({
  scopes: z.array(z.enum(KEY_SCOPES)).min(1).max(KEY_SCOPES.length),
  label: z.string().regex(/^[ -~]{0,64}$/, 'expected up to 64 printable characters').default(''),
  lifetimeSeconds: z.int().min(60).max(YEAR_SECONDS).default(30 * DAY_SECONDS),
});

export type SessionDeps = {gate: Gate; credentials: Credentials; mailLogin: MailLogin};

export function sessionRoutes(app: App, {gate, credentials, mailLogin}: SessionDeps): void {
  endpoint(app, gate, {
    method: 'get', path: '/v1/session/nonce', summary: 'A nonce for a sign-in message', auth: 'public', answer: answers.nonce,
    handle: () => ({nonce: gate.sessions.nonce()}),
  });
  endpoint(app, gate, {
    method: 'post', path: '/v1/session', summary: 'Sign in with Ethereum (EIP-4361); a mailToken binds its address to the wallet', auth: 'public', body: signInBody,
    answer: answers.session, refusals: ['SIGN_IN_FAILED'], cost: SIGN_IN_COST,
    async handle({body: {mailToken, ...signed}}) {
      const result = await gate.sessions.signIn(signed);
      if (!result.ok) throw new ApiError('SIGN_IN_FAILED', `Signing in failed: ${result.reason}.`);
      if (mailToken !== undefined) mailLogin.bind(mailToken, result.wallet);
      return {token: result.token, wallet: result.wallet, expiresAt: String(result.expiresAt)};
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/session', summary: 'Whom this credential speaks for', auth: 'read', answer: answers.about,
    handle: ({identity: {wallet, scopes, credential, expiresAt}}) => ({wallet, scopes, credential, expiresAt: String(expiresAt)}),
  });
  endpoint(app, gate, {
    method: 'delete', path: '/v1/session', summary: 'Sign out', auth: 'read', answer: answers.done,
    handle({identity: {wallet, credential: id, expiresAt}}) {
      if (id.startsWith('k_')) credentials.revoke(wallet, id);
      else credentials.endSession({id, expiresAt});
      return {ok: true};
    },
  });
  endpoint(app, gate, {
    method: 'delete', path: '/v1/sessions', summary: 'End every session of the wallet, this one too; keys stay', auth: 'own', answer: answers.done,
    handle({wallet}) {
      credentials.endSessions(wallet);
      return {ok: true};
    },
  });
  mailRoutes(app, {gate, credentials, mailLogin});
}

function mailRoutes(app: App, {gate, credentials, mailLogin}: SessionDeps): void {
  endpoint(app, gate, {
    method: 'post', path: '/v1/login/mail', summary: 'Send a login link; the answer is the same for every address', auth: 'public',
    body: z.strictObject({mail}), answer: answers.done, refusals: ['MAIL_DOWN'], cost: MAIL_COST,
    async handle({body}) {
      await mailLogin.sendLink(body.mail);
      return {ok: true};
    },
  });
  endpoint(app, gate, {
    method: 'post', path: '/v1/login/mail/token', summary: 'Spend the token of a link: a session to read and trade, or a mailToken for the next sign-in',
    auth: 'public', body: z.strictObject({token: z.string().max(2_048)}), answer: answers.mailLogin, refusals: ['SIGN_IN_FAILED'], cost: SIGN_IN_COST,
    handle({body}) {
      const {expiresAt, ...result} = mailLogin.login(body.token);
      return {...result, expiresAt: String(expiresAt)};
    },
  });
  endpoint(app, gate, {
    method: 'post', path: '/v1/login/mail/unbind', summary: 'Take a mail address off the wallet', auth: 'own', body: z.strictObject({mail}), answer: answers.done,
    refusals: ['UNKNOWN_KEY'],
    handle({wallet, body}) {
      if (!credentials.unbindMail(body.mail, wallet)) throw new ApiError('UNKNOWN_KEY', 'This address is not bound to the wallet.');
      return {ok: true};
    },
  });
}

export function keyRoutes(app: App, {gate, credentials}: Pick<SessionDeps, 'gate' | 'credentials'>): void {
  endpoint(app, gate, {
    method: 'post', path: '/v1/keys', summary: 'Mint a session key; its secret is told once', auth: 'own', body: keyBody, answer: answers.minted,
    example: {scopes: ['read', 'trade'], label: 'market maker', lifetimeSeconds: DAY_SECONDS}, refusals: ['TOO_MANY_KEYS'],
    handle({wallet, body: {scopes, label, lifetimeSeconds}}) {
      const minted = credentials.mint({wallet, scopes: [...new Set(scopes)], label, lifetimeMs: lifetimeSeconds * 1_000});
      if (minted.ok) return {...keyAnswer(minted.key), secret: minted.secret};
      throw new ApiError(minted.reason === 'TOO_MANY_KEYS' ? 'TOO_MANY_KEYS' : 'INVALID_REQUEST', 'The wallet has as many keys as it may: revoke one first.');
    },
  });
  endpoint(app, gate, {
    method: 'get', path: '/v1/keys', summary: 'The wallet\'s valid keys', auth: 'own', answer: answers.keys,
    handle: ({wallet}) => credentials.keysOf(wallet).map(keyAnswer),
  });
  endpoint(app, gate, {
    method: 'delete', path: '/v1/keys/{key}', summary: 'Revoke a key, at once and on every gateway', auth: 'own',
    params: z.object({key: z.string().regex(/^k_[\w-]{22}$/, 'expected the id of a key')}), answer: answers.done, refusals: ['UNKNOWN_KEY'],
    handle({wallet, params}) {
      if (!credentials.revoke(wallet, params.key)) throw new ApiError('UNKNOWN_KEY', 'The wallet has no such key.');
      return {ok: true};
    },
  });
}

const keyAnswer = ({id, scopes, label, createdAt, expiresAt}: Key): object => ({id, scopes, label, createdAt: String(createdAt), expiresAt: String(expiresAt)});
