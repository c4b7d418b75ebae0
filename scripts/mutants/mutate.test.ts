import {beforeAll, describe, expect, test} from 'vitest';
import {analyse} from '../contracts/sources.ts';
import type {AstNode} from './ast.ts';
import {type Mutant, mutate, SWITCH} from './mutate.ts';

const FILE = 'contracts/sample/Sample.sol';
const SOURCE = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
contract Sample {
    uint256 private total;
    error Bad();
    function add(uint256 a, uint256 b) external returns (bool) {
        if (a == 0 || b > 9) revert Bad();
        for (uint256 i = 0; i < a; ++i) total += b;
        _seal();
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
  test('flips comparisons, moves boundaries, drops checks, assignments and calls', () => {
    const {mutants} = sample();
    expect(mutants.map(({kind, code, line}) => `${line} ${kind}: ${code}`)).toEqual([
      '7 drop check: if (a == 0 || b > 9) revert Bad()',
      '7 negate: a == 0',
      '7 negate: b > 9',
      '7 boundary: b > 9',
      '8 negate: i < a',
      '8 boundary: i < a',
      '8 drop assignment: total += b',
      '9 drop call: _seal()',
      '10 negate: a != b',
      '12 negate: iszero(sload(0))',
    ]);
  });

  test('holds every mutant behind its own number', () => {
    const {text} = sample();
    expect(text).toContain('if ((((a == 0) != Mutant.on(2)) || (((Mutant.on(4) ? b >= 9 : b > 9)) != Mutant.on(3))) && !Mutant.on(1)) revert Bad();');
    expect(text).toContain('{ if (!Mutant.on(7)) total += b; }');
    expect(text).toMatch(/\{ uint256 (mutant\d+) = Mutant\.number\(10\); assembly \{ if xor\(iszero\(sload\(0\)\), eq\(\1, 10\)\) \{/);
  });

  test('what is left out of the build leaves a mark at the entry', () => {
    const {text} = sample({skip: ({number}) => number === 9 || number === 10});
    expect(text).toContain('returns (bool) { Mutant.on(1);');
    expect(text).toContain('return a != b;');
    expect(text).toContain('private { Mutant.on(10); assembly { if iszero(sload(0))');
  });

  test('a fixed mutant is on without a switch', () => {
    expect(sample({fixed: 7}).text).toContain('{ if (!true) total += b; }');
    const {text} = sample({skip: ({number}) => number !== 10, fixed: 10});
    expect(text).toContain('if xor(iszero(sload(0)), 1) {');
    expect(text).not.toContain('Mutant.number');
  });

  test('a mutant is itself as long as its function is', () => {
    const identities = sample().mutants.map(({identity}) => identity);
    expect(new Set(identities).size).toBe(identities.length);
    const edited = sample({source: SOURCE.replace('private total;', 'private whole;')}).mutants.map(({identity}) => identity);
    expect(edited).toEqual(identities);
    const other = sample({source: SOURCE.replace('sstore(0, 1)', 'sstore(0, 2)')}).mutants.map(({identity}) => identity);
    expect(other.slice(0, 9)).toEqual(identities.slice(0, 9));
    expect(other[9]).not.toBe(identities[9]);
  });

  test('compiles', () => {
    for (const {text} of [sample(), sample({fixed: 4}), sample({skip: ({number}) => number > 5})]) {
      expect(() => analyse([], {contract: ['abi']}, {[FILE]: text, 'contracts/sample/Mutant.sol': SWITCH})).not.toThrow();
    }
  });
});
