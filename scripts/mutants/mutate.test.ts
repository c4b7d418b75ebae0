import {beforeAll, describe, expect, test} from 'vitest';
import {analyse} from '../contracts/sources.ts';
import type {AstNode} from './ast.ts';
import {type Mutant, mutate, SWITCH} from './mutate.ts';

const FILE = 'contracts/sample/Sample.sol';
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract Sample {
    uint256 private total;
    bool private open;
    error Bad();
    event Added(uint256 a);
    function add(uint256 a, uint256 b) external returns (bool) {
        if (a == 0 || b > 9) revert Bad();
        for (uint256 i = 0; i < a; ++i) total += b;
        if (open) _seal();
        emit Added(a);
        return a != b;
    }
    function _seal() private { assembly { if iszero(sload(0)) { sstore(0, 1) } } }
}
`;

let ast: AstNode;

beforeAll(() => {
  ast = analyse([], {source: ['ast']}, {[FILE]: SOURCE}).sources![FILE]!.ast as AstNode;
});

function sample(options: {source?: string; skip?: (mutant: Mutant) => boolean; fixed?: number} = {}) {
  return mutate({file: FILE, source: SOURCE, ast, first: 1, switchPath: './Mutant.sol', ...options});
}

describe('mutate', () => {
  test('flips comparisons and conditions, moves boundaries, drops checks, assignments, calls and events', () => {
    const {mutants} = sample();
    expect(mutants.map(({kind, code, line}) => `${line} ${kind}: ${code}`)).toEqual([
      '9 drop check: if (a == 0 || b > 9) revert Bad()',
      '9 negate: a == 0 || b > 9',
      '9 negate: a == 0',
      '9 negate: b > 9',
      '9 boundary: b > 9',
      '10 negate: i < a',
      '10 boundary: i < a',
      '10 drop assignment: total += b',
      '11 negate: open',
      '11 drop call: _seal()',
      '12 drop event: emit Added(a)',
      '13 negate: a != b',
      '15 negate: iszero(sload(0))',
    ]);
  });

  test('holds every mutant behind its own number', () => {
    const {text} = sample();
    expect(text).toContain('if ((((((a == 0) != Mutant.on(3)) || (((Mutant.on(5) ? b >= 9 : b > 9)) != Mutant.on(4))) != Mutant.on(2))) && !Mutant.on(1)) revert Bad();');
    expect(text).toContain('{ if (!Mutant.on(8)) total += b; }');
    expect(text).toMatch(/\{ uint256 (mutant\d+) = Mutant\.number\(13\); assembly \{ if xor\(iszero\(sload\(0\)\), eq\(\1, 13\)\) \{/);
  });

  test('what is left out of the build leaves a mark at the entry', () => {
    const {text} = sample({skip: ({number}) => number === 12 || number === 13});
    expect(text).toContain('returns (bool) { Mutant.on(1);');
    expect(text).toContain('return a != b;');
    expect(text).toContain('private { Mutant.on(13); assembly { if iszero(sload(0))');
  });

  test('a fixed mutant is on without a switch', () => {
    expect(sample({fixed: 8}).text).toContain('{ if (!true) total += b; }');
    const {text} = sample({skip: ({number}) => number !== 13, fixed: 13});
    expect(text).toContain('if xor(iszero(sload(0)), 1) {');
    expect(text).not.toContain('Mutant.number');
  });

  test('a mutant is itself as long as its function is', () => {
    const identities = sample().mutants.map(({identity}) => identity);
    expect(new Set(identities).size).toBe(identities.length);
    const edited = sample({source: SOURCE.replace('private total;', 'private whole;')}).mutants.map(({identity}) => identity);
    expect(edited).toEqual(identities);
    const other = sample({source: SOURCE.replace('sstore(0, 1)', 'sstore(0, 2)')}).mutants.map(({identity}) => identity);
    expect(other.slice(0, 12)).toEqual(identities.slice(0, 12));
    expect(other[12]).not.toBe(identities[12]);
  });

  test('compiles', () => {
    for (const {text} of [sample(), sample({fixed: 4}), sample({skip: ({number}) => number > 5})]) {
      expect(() => analyse([], {contract: ['abi']}, {[FILE]: text, 'contracts/sample/Mutant.sol': SWITCH})).not.toThrow();
    }
  });
});
