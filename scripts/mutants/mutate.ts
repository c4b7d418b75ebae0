/**
 * Finds the mutants of a Solidity file and writes all of them into one text ("mutant schemata"): each sits behind a switch that
 * the block's coinbase sets, so one build serves hundreds of runs (`forge test --block-coinbase <number>`).
 */
import type {AstNode} from './ast.ts';
import {children, rangeOf} from './ast.ts';

export type Kind = 'negate' | 'boundary' | 'drop check' | 'drop assignment' | 'drop call' | 'drop modifier';

export type Mutant = {
  /** Switch value, from 1, unique in one build. */
  number: number;
  file: string;
  contract: string;
  function: string;
  line: number;
  kind: Kind;
  /** The original text, one line. */
  code: string;
};

type Edit = {start: number; end: number; parts: readonly (readonly [number, number])[]; make: (parts: readonly string[]) => string};
type Found = {kind: Kind; at: AstNode; edit: (number: number) => Edit; assembly?: AstNode};

const BOUNDARY: Record<string, string> = {'<': '<=', '<=': '<', '>': '>=', '>=': '>'};
const COMPARISONS = new Set(['<', '<=', '>', '>=', '==', '!=']);
const YUL_COMPARISONS = new Set(['lt', 'gt', 'slt', 'sgt', 'eq', 'iszero']);
/** OpenZeppelin's ReentrancyGuardTransient: forgetting that somebody is inside is what dropping the guard means. */
const REENTRANCY_SLOT = '0x9b779b17422d0df92223018b32b4d1fa46e071723d6817e2486d003becc55f00';

/** Name and body of the modifiers a mutated contract gets; only those it uses. */
const MODIFIERS: Record<string, (name: string) => string> = {
  onlyRole: (name) => `modifier ${name}(uint256 n, bytes32 role) { if (!Mutant.on(n)) _checkRole(role); _; }`,
  nonReentrant: (name) => `modifier ${name}(uint256 n) { if (Mutant.on(n)) { assembly { tstore(${REENTRANCY_SLOT}, 0) } } _; }`,
};

/** The library every mutated file imports. */
export const SWITCH = `// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

library Mutant {
    /// @dev Cast to pure, so that pure functions can ask as well.
    function on(uint256 id) internal pure returns (bool active) {
        function(uint256) view returns (bool) reader = _on;
        function(uint256) pure returns (bool) asker;
        assembly ("memory-safe") { asker := reader }
        return asker(id);
    }

    /// @dev The number itself, for assembly, which may not read the block in a pure function.
    function number() internal pure returns (uint256 id) {
        function() view returns (uint256) reader = _number;
        function() pure returns (uint256) asker;
        assembly ("memory-safe") { asker := reader }
        return asker();
    }

    function _on(uint256 id) private view returns (bool active) {
        assembly ("memory-safe") { active := eq(coinbase(), id) }
    }

    function _number() private view returns (uint256 id) {
        assembly ("memory-safe") { id := coinbase() }
    }
}
`;

export type Mutated = {text: string; mutants: Mutant[]};

/**
 * @param source - The file as latin1 text: offsets of the compiler count bytes.
 * @param first - Number of the file's first mutant.
 * @param skip - Mutants that must be left out of the text (their functions would not compile with all switches).
 */
export function mutate({file, source, ast, first, switchPath, skip = () => false}: {
  file: string; source: string; ast: AstNode; first: number; switchPath: string; skip?: (mutant: Mutant) => boolean;
}): Mutated {
  const mutants: Mutant[] = [];
  const edits: Edit[] = [];
  let number = first;
  for (const contract of ast.nodes ?? []) {
    if (contract.nodeType !== 'ContractDefinition') continue;
    const wrappers = new Set<string>();
    const blocks = new Set<AstNode>();
    for (const definition of contract.nodes ?? []) {
      if (definition.nodeType !== 'FunctionDefinition' && definition.nodeType !== 'ModifierDefinition') continue;
      for (const {kind, at, edit, assembly} of findIn(definition, contract.name!, source)) {
        const mutant = {
          number, file, contract: contract.name!, function: definition.name || definition.kind!, kind,
          line: source.slice(0, rangeOf(at)[0]).split('\n').length, code: textOf(source, at).replace(/\s+/g, ' '),
        };
        number += 1;
        mutants.push(mutant);
        if (skip(mutant)) continue;
        edits.push(edit(mutant.number));
        if (assembly !== undefined) blocks.add(assembly);
        if (kind === 'drop modifier') wrappers.add(at.modifierName!.name!);
      }
    }
    for (const block of blocks) {
      const [start] = rangeOf(block);
      edits.push({start, end: start, parts: [], make: () => `uint256 ${numberOf(block)} = Mutant.number(); `});
    }
    if (wrappers.size > 0) {
      const brace = source.indexOf('{', rangeOf(contract)[0] + textOf(source, contract).indexOf(contract.name!));
      const text = [...wrappers].map((name) => ` ${MODIFIERS[name]!(wrapperName(name, contract.name!))}`).join('');
      edits.push({start: brace, end: brace + 1, parts: [], make: () => `{${text}`});
    }
  }
  const pragma = /^pragma solidity[^;]*;/m.exec(source)!;
  const header = pragma.index + pragma[0].length;
  edits.push({start: header, end: header, parts: [], make: () => `\nimport {Mutant} from "${switchPath}";`});
  return {text: render(source, edits, 0, source.length), mutants};
}

/** The local that holds the active number for one block of assembly. */
const numberOf = (block: AstNode) => `mutant${rangeOf(block)[0]}`;
const wrapperName = (modifier: string, contract: string) => `mutant_${modifier}_${contract}`;
const textOf = (source: string, node: AstNode) => source.slice(...rangeOf(node));

/** Applies edits from the outside in; an edit renders its own parts. */
function render(source: string, edits: readonly Edit[], from: number, to: number): string {
  const inside = edits.filter(({start, end}) => start >= from && end <= to).sort((a, b) => a.start - b.start || b.end - a.end);
  let text = '';
  let position = from;
  for (const edit of inside) {
    if (edit.start < position) continue;
    const rest = inside.filter((other) => other !== edit);
    text += source.slice(position, edit.start) + edit.make(edit.parts.map(([start, end]) => render(source, rest, start, end)));
    position = edit.end;
  }
  return text + source.slice(position, to);
}

function findIn(definition: AstNode, contract: string, source: string): Found[] {
  const found: Found[] = [];
  for (const invocation of definition.modifiers ?? []) {
    const name = invocation.modifierName!.name!;
    if (name in MODIFIERS) found.push(dropModifier(invocation, contract, source));
  }
  const visit = (node: AstNode, isHeader: boolean, outer?: AstNode): void => {
    const assembly = node.nodeType === 'InlineAssembly' ? node : outer;
    found.push(...mutantsOf(node, {isHeader, assembly, source}));
    for (const [key, child] of children(node)) visit(child, node.nodeType === 'ForStatement' && key !== 'body', assembly);
  };
  if (definition.body) visit(definition.body, false);
  return found.sort((a, b) => rangeOf(a.at)[0] - rangeOf(b.at)[0]);
}

/** Statements in the head of a loop are left: dropping them only makes it endless. */
function mutantsOf(node: AstNode, {isHeader, assembly, source}: {isHeader: boolean; assembly: AstNode | undefined; source: string}): Found[] {
  switch (node.nodeType) {
    case 'BinaryOperation': return COMPARISONS.has(node.operator!) && !isConstant(node) ? comparison(node) : [];
    case 'YulFunctionCall': return YUL_COMPARISONS.has(node.functionName!.name!) ? [yulComparison(node, assembly!)] : [];
    case 'IfStatement': return node.falseBody === undefined && leavesAtOnce(node.trueBody!) ? [dropCheck(node)] : [];
    case 'ExpressionStatement': return isHeader ? [] : dropStatement(node, source);
    default: return [];
  }
}

const isConstant = (node: AstNode) => node.leftExpression!.isPure === true && node.rightExpression!.isPure === true;

function comparison(node: AstNode): Found[] {
  const [start, end] = rangeOf(node);
  const parts = [rangeOf(node.leftExpression!), rangeOf(node.rightExpression!)] as const;
  const operator = node.operator!;
  const boundary = BOUNDARY[operator];
  // Both mutants of one comparison share one edit: the outer one wraps what the inner one wrote.
  const negate: Found = {kind: 'negate', at: node, edit: (n) => ({start, end, parts: [[start, end]], make: ([whole]) => `((${whole}) != Mutant.on(${n}))`})};
  if (boundary === undefined) return [negate];
  return [negate, {
    kind: 'boundary', at: node,
    edit: (n) => ({start, end, parts, make: ([left, right]) => `(Mutant.on(${n}) ? ${left} ${boundary} ${right} : ${left} ${operator} ${right})`}),
  }];
}

function yulComparison(node: AstNode, assembly: AstNode): Found {
  const [start, end] = rangeOf(node);
  return {kind: 'negate', at: node, assembly, edit: (n) => ({start, end, parts: [[start, end]], make: ([whole]) => `xor(${whole}, eq(${numberOf(assembly)}, ${n}))`})};
}

/** A body that only reverts, returns or continues. */
function leavesAtOnce(body: AstNode): boolean {
  if (body.nodeType === 'Block') return body.statements!.length === 1 && leavesAtOnce(body.statements![0]!);
  return ['RevertStatement', 'Return', 'Continue', 'Break'].includes(body.nodeType);
}

function dropCheck(node: AstNode): Found {
  const [start, end] = rangeOf(node.condition!);
  return {kind: 'drop check', at: node, edit: (n) => ({start, end, parts: [[start, end]], make: ([condition]) => `(${condition}) && !Mutant.on(${n})`})};
}

function dropStatement(node: AstNode, source: string): Found[] {
  const expression = node.expression!;
  const isAssignment = expression.nodeType === 'Assignment' || (expression.nodeType === 'UnaryOperation' && ['++', '--', 'delete'].includes(expression.operator!));
  if (!isAssignment && expression.nodeType !== 'FunctionCall') return [];
  if (expression.nodeType === 'Assignment' && setsPointer(expression.leftHandSide!)) return [];
  const [start, end] = rangeOf(node);
  const semicolon = source.indexOf(';', end) + 1;
  return [{
    kind: isAssignment ? 'drop assignment' : 'drop call', at: node,
    edit: (n) => ({start, end: semicolon, parts: [[start, semicolon]], make: ([statement]) => `{ if (!Mutant.on(${n})) ${statement} }`}),
  }];
}

/** A local pointer into storage or calldata: the compiler wants it set on every path. */
function setsPointer(target: AstNode): boolean {
  if (target.nodeType === 'TupleExpression') return target.components!.some((part) => part !== null && setsPointer(part));
  return target.nodeType === 'Identifier' && / (storage pointer|calldata)$/.test(target.typeDescriptions?.typeString ?? '');
}

function dropModifier(invocation: AstNode, contract: string, source: string): Found {
  const [start, end] = rangeOf(invocation);
  const name = invocation.modifierName!.name!;
  const argument = textOf(source, invocation).slice(name.length).replace(/^\(|\)$/g, '');
  const wrapper = wrapperName(name, contract);
  return {
    kind: 'drop modifier', at: invocation,
    edit: (n) => ({start, end, parts: [], make: () => (argument === '' ? `${wrapper}(${n}) ${name}` : `${wrapper}(${n}, ${argument})`)}),
  };
}
