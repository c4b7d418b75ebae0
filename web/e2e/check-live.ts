/** Pages whose figures move, against a running network in a real browser: an order's life on the trading page, and the validators. */
import path from 'node:path';
import type {Page} from 'playwright-core';
import {launchBrowser} from './browser.ts';
import type {Check} from './check-web.ts';
import {injectWallet, type InjectedWallet} from './injected-wallet.ts';

const TIMEOUT_MS = 20_000;

export type CheckLiveOptions = {
  webUrl: string;
  /** Of a bound wallet with free margin. */
  wallet: InjectedWallet;
  /** A price at which a bid of it rests, as typed and as shown. */
  bid: {typed: string; shown: string};
  /** Validators with a seat; undefined where no subgraph is served. */
  seated: number | undefined;
  screenshotDir?: string | undefined;
};

export async function checkLive({webUrl, wallet, bid, seated, screenshotDir}: CheckLiveOptions): Promise<Check[]> {
  const checks: Check[] = [];
  const browser = await launchBrowser();
  const page = await browser.newPage({viewport: {width: 1280, height: 900}});
  page.setDefaultTimeout(TIMEOUT_MS);
  const failures: string[] = [];
  page.on('pageerror', ({message}) => failures.push(message));
  const attempt = async (check: string, name: string, run: () => Promise<void>) => {
    try {
      await run();
      if (failures.length > 0) throw new Error(failures.join(' | '));
      checks.push({check, ok: true});
    } catch (error) {
      checks.push({check, ok: false, detail: error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error)});
    }
    if (screenshotDir !== undefined) await page.screenshot({path: path.join(screenshotDir, `${name}.png`), fullPage: true});
  };
  try {
    await injectWallet(page, wallet);
    await attempt('web: an order is placed, seen in the live book and among one\'s own, and cancelled', 'trade', () => orderLife(page, webUrl, bid));
    if (seated !== undefined) await attempt('web: validators with their votes, each with a page of its own', 'validator', () => validators(page, webUrl, seated));
  } finally {
    await browser.close();
  }
  return checks;
}

async function orderLife(page: Page, webUrl: string, {typed, shown}: CheckLiveOptions['bid']): Promise<void> {
  await page.goto(`${webUrl}/trade`);
  await page.waitForURL(/\/trade\/ETH-PERP$/);
  await page.getByText('Live', {exact: true}).waitFor();
  await page.getByTestId('stats').getByText('Next funding').waitFor();
  await page.getByRole('button', {name: 'Test wallet'}).click();
  await page.getByLabel('Price (USDC)').fill(typed);
  await page.getByLabel('Size (ETH)').fill('0.01');
  await page.getByLabel('Post only').check();
  await page.getByRole('button', {name: 'Buy ETH'}).click();
  await page.getByText('The order rests in the book.').waitFor();
  const bids = page.getByRole('list', {name: 'Bids'}).getByText(shown, {exact: true}).filter({visible: true});
  await bids.waitFor();
  const own = page.getByRole('table', {name: /Open orders/}).getByRole('row').filter({hasText: 'Buy'}).filter({hasText: shown});
  await own.getByRole('button', {name: 'Cancel'}).click();
  await own.waitFor({state: 'detached'});
  await bids.waitFor({state: 'detached'});
}

async function validators(page: Page, webUrl: string, seated: number): Promise<void> {
  await page.goto(`${webUrl}/validators`);
  const rows = page.getByRole('table', {name: /All validators/}).getByRole('row').filter({hasText: 'Seated'});
  await rows.first().waitFor();
  const count = await rows.count();
  if (count !== seated) throw new Error(`${count} validators are shown as seated, not ${seated}`);
  await rows.first().getByRole('link').click();
  await page.getByRole('heading', {name: /^Validator 0x/}).waitFor();
  await page.getByRole('table', {name: /^Votes/}).getByText('Approve').first().waitFor();
}
