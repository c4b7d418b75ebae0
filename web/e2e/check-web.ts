import path from 'node:path';
import type {Browser, Page} from 'playwright-core';
import type {Hex} from 'viem';
import {launchBrowser} from './browser.ts';
import {injectWallet} from './injected-wallet.ts';

export type Check = {check: string; ok: boolean; detail?: string};

export type CheckWebOptions = {
  webUrl: string;
  /** A proof of an approved epoch, with wallet and blinding. */
  proofJson: string;
  /** Key of a wallet that is bound and holds something in the newest approved epoch; without it the portfolio is only opened. */
  privateKey?: Hex;
  chainId?: number;
  /** The epoch to open; default: the proof's. */
  epoch?: number;
  /** Gets a picture of every page as it was checked. */
  screenshotDir?: string;
};

type Proof = {v: 1; summary: {epoch: string}; leaf: {total: string}; blinding?: Hex; linePath: Hex[]; lineIndex: number; network: {salt: Hex}; line: {payoutRoot: Hex}};

const TIMEOUT_MS = 20_000;

/** Opens every page of a running web app in a real browser and checks what a reader would see. */
export async function checkWeb({webUrl, proofJson, privateKey, chainId = 1, epoch, screenshotDir}: CheckWebOptions): Promise<Check[]> {
  const checks: Check[] = [];
  const browser = await launchBrowser();
  const attempt = async (check: string, run: () => Promise<void>) => {
    try {
      await run();
      checks.push({check, ok: true});
    } catch (error) {
      checks.push({check, ok: false, detail: error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error)});
    }
  };
  try {
    const {page, failures} = await openPage(browser);
    const opened = String(epoch ?? (JSON.parse(proofJson) as Proof).summary.epoch);
    const picture = async (name: string) => {
      if (screenshotDir !== undefined) await page.screenshot({path: path.join(screenshotDir, `${name}.png`), fullPage: true});
    };
    await attempt('web: the front page says how much of what is owed is covered', () => frontPage(page, webUrl));
    await picture('solvency');
    await attempt('web: the list of epochs shows verdicts in words', () => epochsPage(page, webUrl));
    await picture('epochs');
    await attempt('web: one epoch shows its stages, rules, votes and transactions', () => epochPage(page, webUrl, opened));
    await picture('epoch');
    await attempt('web: a proof holds in the browser, step by step against the chain', () => verifyHonest(page, webUrl, proofJson));
    await picture('verify');
    for (const {what, step, tamper} of TAMPERS) {
      await attempt(`web: a proof with ${what} fails at step "${step}"`, () => verifyTampered(page, tamper(JSON.parse(proofJson) as Proof), step));
    }
    await attempt('web: text that is no proof is refused in one sentence', () => verifyTampered(page, 'not a proof', 'file'));
    await attempt('web: no page raised an error in the browser', async () => expectThat(failures.length === 0, failures.join(' | ')));
    if (privateKey !== undefined) {
      await attempt('web: a depositor signs in, proves its balance from the published files, and sees it verified', () => portfolio(browser, {webUrl, privateKey, chainId}));
    }
  } finally {
    await browser.close();
  }
  return checks;
}

async function openPage(browser: Browser): Promise<{page: Page; failures: string[]}> {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}});
  const page = await context.newPage();
  page.setDefaultTimeout(TIMEOUT_MS);
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(`${page.url()}: ${error.message}`));
  return {page, failures};
}

function expectThat(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}

const textOf = async (page: Page, selector: string): Promise<string> => (await page.locator(selector).first().innerText()).replaceAll(/\s+/g, ' ');

async function frontPage(page: Page, webUrl: string): Promise<void> {
  await page.goto(webUrl);
  const sentence = await textOf(page, 'main h1');
  expectThat(/^Assets cover [\d\s]+\.\d % of what we owe$/.test(sentence), `the headline reads "${sentence}"`);
  await page.getByRole('link', {name: 'Check my balance'}).waitFor();
  await page.getByRole('heading', {name: 'Held and owed, per custody asset'}).waitFor();
}

async function epochsPage(page: Page, webUrl: string): Promise<void> {
  await page.getByRole('navigation', {name: 'Pages'}).getByRole('link', {name: 'Epochs'}).click();
  await page.waitForURL(`${webUrl.replace(/\/$/, '')}/epochs`);
  const table = await textOf(page, 'main table');
  expectThat(/Approved/.test(table), 'no epoch is shown as approved');
}

async function epochPage(page: Page, webUrl: string, epoch: string): Promise<void> {
  await page.goto(`${webUrl}/epochs/${epoch}`);
  for (const name of ['Stages', 'Voting weight']) await page.getByRole('heading', {name, exact: true}).waitFor();
  for (const name of ['Rules checked', 'Votes', 'Transactions']) await page.getByRole('table', {name: new RegExp(name)}).waitFor();
  const rule = await page.getByRole('row', {name: /V8/}).innerText();
  expectThat(/Passed/.test(rule), `rule V8 is shown as "${rule.replaceAll(/\s+/g, ' ')}"`);
}

/** Pastes a proof and waits for its outcome. */
async function paste(page: Page, text: string): Promise<string> {
  const outcome = page.locator('[data-testid="outcome"]');
  await page.getByTestId('proof').fill('');
  await outcome.waitFor({state: 'detached'});
  await page.getByTestId('proof').fill(text);
  await outcome.waitFor();
  return (await outcome.getAttribute('data-outcome')) ?? '';
}

const stepStates = (page: Page): Promise<[string, string][]> =>
  page.locator('[data-step]').evaluateAll((items) => items.map((item): [string, string] => [item.getAttribute('data-step') ?? '', item.getAttribute('data-ok') ?? '']));

async function verifyHonest(page: Page, webUrl: string, proofJson: string): Promise<void> {
  await page.goto(`${webUrl}/verify`);
  await page.getByText('Your data stays in this tab', {exact: false}).waitFor();
  await page.getByRole('heading', {name: 'What this does not prove'}).waitFor();
  const outcome = await paste(page, proofJson);
  const states = await stepStates(page);
  const names = states.map(([name]) => name).join(' ');
  expectThat(names === 'file identity row tree sums root equality line summary approved', `the steps are ${names}`);
  expectThat(outcome === 'good' && states.every(([, ok]) => ok === 'true'), `not every step holds: ${states.map((state) => state.join('=')).join(' ')}`);
}

async function verifyTampered(page: Page, text: string, step: string): Promise<void> {
  const outcome = await paste(page, text);
  const states = await stepStates(page);
  const first = states.find(([, ok]) => ok !== 'true');
  expectThat(outcome === 'bad' && first?.[0] === step && first[1] === 'false', `the first step that fails is ${first?.join('=') ?? 'none'}`);
  await page.locator(`[data-step="${step}"]`).getByText('What to do').waitFor();
}

const flip = (hex: Hex): Hex => `0x${hex.slice(2, 3) === '0' ? '1' : '0'}${hex.slice(3)}`;

/** Each falsifies one field; the named step is the first that can notice. */
const TAMPERS: readonly {what: string; step: string; tamper: (proof: Proof) => string}[] = [
  {what: 'one lot more', step: 'tree', tamper: (proof) => JSON.stringify({...proof, leaf: {...proof.leaf, total: String(BigInt(proof.leaf.total) + 1n)}})},
  {what: 'the blinding of somebody else', step: 'identity', tamper: (proof) => JSON.stringify({...proof, blinding: flip(proof.blinding!)})},
  {what: 'another payout root in its line', step: 'line', tamper: (proof) => JSON.stringify({...proof, line: {...proof.line, payoutRoot: flip(proof.line.payoutRoot)}})},
  {what: 'another network', step: 'summary', tamper: (proof) => JSON.stringify({...proof, network: {...proof.network, salt: flip(proof.network.salt)}})},
];

async function portfolio(browser: Browser, {webUrl, privateKey, chainId}: {webUrl: string; privateKey: Hex; chainId: number}): Promise<void> {
  const {page, failures} = await openPage(browser);
  await injectWallet(page, {privateKey, chainId});
  await page.goto(`${webUrl}/portfolio`);
  await page.getByRole('button', {name: 'Test wallet'}).click();
  await page.getByRole('table', {name: /Balances/}).waitFor();
  await page.getByRole('button', {name: /Prove it in epoch/}).first().click();
  await page.getByTestId('inclusion').first().getByText(/Included in epoch/).waitFor();
  await page.getByRole('link', {name: 'See each step'}).first().click();
  await page.locator('[data-testid="outcome"][data-outcome="good"]').waitFor();
  expectThat(failures.length === 0, failures.join(' | '));
}
