/**
 * The list of guards behind the attack tests (`contracts/test/attacks/guards.json`) and how they are switched off. All of them are
 * compiled at once, each behind a switch that reads the block's coinbase: one build serves every guard.
 */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import {ROOT} from '../contracts/sources.ts';

/**
 * @param file - Source below `contracts/src`.
 * @param guard - Exact source text; unique in the file, or the occurrence `at`.
 * @param without - What stands in its place when it is off: a statement for a statement, an expression for an expression.
 * @param switched - Instead of `without`, for what is neither: the text with `$off` (a condition) or `$n` (the guard's number).
 * @param tests - `Suite.test` that must fail without the guard.
 */
export type Guard = {file: string; guard: string; without?: string; switched?: string; at?: number; tests: string[]};

export const GUARDS = 'contracts/test/attacks/guards.json';
export const SWITCH_FILE = 'contracts/src/Guard.sol';

export const SWITCH = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

library Guard {
    /// @dev Cast to pure, so that pure functions can ask as well.
    function off(uint256 id) internal pure returns (bool) {
        function(uint256) view returns (bool) reader = _off;
        function(uint256) pure returns (bool) asker;
        assembly ("memory-safe") { asker := reader }
        return asker(id);
    }

    /// @dev Another word at every call.
    function fresh() internal pure returns (bytes32) {
        return bytes32(_word(_gas));
    }

    /// @dev The block's time, also for pure functions.
    function time() internal pure returns (uint256) {
        return _word(_time);
    }

    function _word(function() view returns (uint256) reader) private pure returns (uint256) {
        function() pure returns (uint256) asker;
        assembly ("memory-safe") { asker := reader }
        return asker();
    }

    function _off(uint256 id) private view returns (bool isOff) {
        assembly ("memory-safe") { isOff := eq(coinbase(), id) }
    }

    function _gas() private view returns (uint256) {
        return gasleft();
    }

    function _time() private view returns (uint256) {
        return block.timestamp;
    }
}
`;

export function readGuards(): Guard[] {
  return JSON.parse(readFileSync(path.join(ROOT, GUARDS), 'utf8')) as Guard[];
}

/** Guard `number` counts from 1: coinbase zero switches nothing off. */
function switchedText({guard, without = '', switched}: Guard, number: number): string {
  const off = `Guard.off(${number})`;
  if (switched !== undefined) return switched.replaceAll('$off', off).replaceAll('$n', String(number));
  return /[;}]$/.test(guard) ? `if (${off}) { ${without} } else { ${guard} }` : `(${off} ? (${without}) : (${guard}))`;
}

/** @throws Error when the text is not there, or more often than the list says. */
function place({guard, at, file}: Guard, text: string): number {
  const places: number[] = [];
  for (let i = text.indexOf(guard); i >= 0; i = text.indexOf(guard, i + 1)) places.push(i);
  if (places.length === 0) throw new Error(`${file} no longer has the guard: ${guard}`);
  if (places.length > 1 && at === undefined) throw new Error(`${file} has it ${places.length} times, say which (at): ${guard}`);
  const found = places[at ?? 0];
  if (found === undefined) throw new Error(`${file} has it ${places.length} times only: ${guard}`);
  return found;
}

/** The switched text of every file that holds guards. */
export function switchAll(guards: readonly Guard[], read: (file: string) => string): Map<string, string> {
  const texts = new Map<string, string>();
  guards.forEach((guard, i) => {
    const file = `contracts/src/${guard.file}`;
    const text = texts.get(file) ?? read(file);
    const start = place(guard, text);
    texts.set(file, text.slice(0, start) + switchedText(guard, i + 1) + text.slice(start + guard.guard.length));
  });
  for (const [file, text] of texts) {
    const from = path.posix.relative(path.posix.dirname(file), SWITCH_FILE);
    texts.set(file, text.replace(/^(pragma [^\n]*\n)/m, `$1import {Guard} from "${from}";\n`));
  }
  return texts;
}

const cell = (text: string) => `\`${text.trim().replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')}\``;

/** The page of a run in which no test was blind. */
export function renderGuards(guards: readonly Guard[]): string {
  const tests = new Set(guards.flatMap((guard) => guard.tests));
  const rows = guards.map(({file, guard, tests: own}) => `| ${file} | ${cell(guard)} | ${own.map((test) => test.replace('.', ' ')).join('<br>')} |`);
  return `# Guards and the tests that miss them

Written by \`node --import tsx scripts/mutants/guards.ts\` when it ends well: ${guards.length} guards were removed one at a time, and each of
the ${tests.size} tests named beside a guard failed without it and passed with it.

| file | guard | tests that fail without it |
|---|---|---|
${rows.join('\n')}
`;
}
