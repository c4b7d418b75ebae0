import {describe, expect, test} from 'vitest';
import {analyse} from '../contracts/sources.ts';
import type {AstNode} from './ast.ts';
import {mutate, SWITCH} from './mutate.ts';

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

function sample() {
  const output = analyse([], {source: ['ast']}, {[FILE]: SOURCE});
  return mutate({file: FILE, source: SOURCE, ast: output.sources![FILE]!.ast as AstNode, first: 1, switchPath: './Mutant.sol'});
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

  test('compiles', () => {
    const {text} = sample();
    expect(() => analyse([], {contract: ['abi']}, {[FILE]: text, 'contracts/sample/Mutant.sol': SWITCH})).not.toThrow();
  });
});
