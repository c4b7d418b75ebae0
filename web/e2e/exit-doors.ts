/** A depositor leaves in a real browser with his own wallet: forces, freezes and escapes on /exit, the exchange switched off. */
import path from 'node:path';
import type {Locator, Page} from 'playwright-core';
import {launchBrowser} from './browser.ts';
import {injectWallet, type InjectedWallet} from './injected-wallet.ts';

const TIMEOUT_MS = 30_000;

export type ExitOptions = {
  webUrl: string;
  wallet: InjectedWallet;
  /** The row, as the page names it. */
  row: {chainId: number; symbol: string};
  screenshotDir?: string | undefined;
};

/** Opens the page with the wallet, works on the row, and closes the browser however it ends. @throws What the page did not show in time. */
async function onRow<T>({webUrl, wallet, row}: ExitOptions, work: (page: Page, row: Locator) => Promise<T>): Promise<T> {
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({viewport: {width: 1280, height: 900}});
    page.setDefaultTimeout(TIMEOUT_MS);
    const failures: string[] = [];
    page.on('pageerror', ({message}) => failures.push(message));
    await injectWallet(page, wallet);
    await page.goto(`${webUrl}/exit`);
    await page.getByRole('button', {name: 'Open with Test wallet'}).click();
    const card = page.getByTestId(`row-${row.chainId}-${row.symbol}`);
    await card.waitFor();
    const result = await work(page, card);
    if (failures.length > 0) throw new Error(failures.join(' | '));
    return result;
  } finally {
    await browser.close();
  }
}

async function picture(page: Page, {screenshotDir}: ExitOptions, name: string): Promise<void> {
  if (screenshotDir !== undefined) await page.screenshot({path: path.join(screenshotDir, `${name}.png`), fullPage: true});
}

/** Demands everything withdrawable. */
export const forceInBrowser = (options: ExitOptions): Promise<void> => onRow(options, async (page, card) => {
  await card.getByRole('button', {name: 'Force withdrawal'}).click();
  await card.getByText('The custody has your demand.').waitFor();
  await card.getByText('Withdrawal demanded').waitFor();
  await card.getByText(/anybody, you too, may freeze the custody/).waitFor();
  await picture(page, options, 'exit-forced');
});

/** Seven days later: freezes the custody for the unserved demand, and takes the row out of it. Answers what the other pages say above all else. */
export const freezeAndEscapeInBrowser = (options: ExitOptions): Promise<string> => onRow(options, async (page, card) => {
  await card.getByRole('button', {name: 'Freeze the custody'}).click();
  await page.locator(`[data-testid="custody-${options.row.chainId}"][data-stage="frozen"]`).waitFor();
  await card.getByRole('button', {name: 'Escape to my wallet'}).click();
  await card.getByText('Your row has left the custody. It is in your wallet.').waitFor();
  await card.getByText('Escaped', {exact: true}).first().waitFor();
  await picture(page, options, 'exit-escaped');
  await page.goto(`${options.webUrl}/verify`);
  return page.locator('[data-halt="CUSTODY_FROZEN"]').first().innerText();
});
