/** What is mutated, and which tests are asked first. */
import {existsSync} from 'node:fs';
import path from 'node:path';
import {ROOT, solidityFiles} from '../contracts/sources.ts';

const LIBRARIES = ['CertificateLib', 'GpmpLib', 'MembersLib', 'PayoutLib', 'TreeLib', 'VerifierCall'].map((name) => `contracts/src/libraries/${name}.sol`);

/** Custody, certificate, GPMP and payout sources, with the trees under them. */
export function targets(): string[] {
  return [...solidityFiles('contracts/src/custody'), 'contracts/src/validators/CertificateVerifier.sol', ...LIBRARIES].filter((file) => existsSync(path.join(ROOT, file)));
}

/** Tests by name that are likely to kill; whoever survives them meets those of the other targets as well. */
const NEAR: readonly (readonly [RegExp, RegExp])[] = [
  [/\/custody\//, /Custody|Payee|Payment|Exit|Escape|Freeze|Force|Forward|Deposit|Upgrade|Token/],
  [/Certificate|Members|VerifierCall/, /Certificate|Members|Vectors|Libraries/],
  [/Gpmp|Payout|Tree/, /Gpmp|Payout|Tree|Libraries|Vectors/],
];

/** All but the long ones and those that measure gas. */
export function testFiles(): string[] {
  return solidityFiles('contracts/test').filter((file) => file.endsWith('.t.sol') && !/\/(gas|invariant|exhaustive)\//.test(file));
}

/** Is this the kind of test that looks at that source? */
export function near(source: string, test: string): boolean {
  return NEAR.find(([sources]) => sources.test(source))?.[1].test(path.basename(test)) ?? false;
}
