/**
 * The web app alone, in a real browser, over fixture figures.
 *
 *   npx next build web && node --import tsx web/e2e/standalone.ts     one JSON line {check, ok, detail?} per check
 */
import {generatePrivateKey, privateKeyToAccount} from 'viem/accounts';
import {checkWeb} from './check-web.ts';
import {startFixture} from './fixture-server.ts';
import {startWeb} from './start-web.ts';

const privateKey = generatePrivateKey();
const fixture = await startFixture(privateKeyToAccount(privateKey).address);
const web = await startWeb({POBS_GRAPHQL_URL: fixture.graphqlUrl, POBS_ENGINE_URL: fixture.url});
try {
  const checks = await checkWeb({webUrl: web.url, proofJson: fixture.proofJson, privateKey});
  for (const check of checks) process.stdout.write(`${JSON.stringify(check)}\n`);
  if (checks.some(({ok}) => !ok)) process.exitCode = 1;
} finally {
  await web.stop();
  fixture.close();
}
