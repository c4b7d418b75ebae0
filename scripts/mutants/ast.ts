/** As much of the compiler's syntax tree as mutation needs. */

export type AstNode = {
  nodeType: string;
  /** `start:length:file`, bytes. */
  src: string;
  name?: string;
  kind?: string;
  operator?: string;
  isPure?: boolean;
  nodes?: AstNode[];
  statements?: AstNode[];
  modifiers?: AstNode[];
  modifierName?: AstNode;
  functionName?: AstNode;
  body?: AstNode | null;
  condition?: AstNode;
  trueBody?: AstNode;
  falseBody?: AstNode | null;
  expression?: AstNode;
  leftHandSide?: AstNode;
  components?: (AstNode | null)[];
  typeDescriptions?: {typeString?: string};
  leftExpression?: AstNode;
  rightExpression?: AstNode;
};

/** Start and end, bytes from the beginning of the file. */
export function rangeOf({src}: AstNode): [number, number] {
  const [start, length] = src.split(':').map(Number) as [number, number];
  return [start, start + length];
}

const isNode = (value: unknown): value is AstNode => typeof value === 'object' && value !== null && 'nodeType' in value && 'src' in value;

/** Nodes directly below one, with the key they stand under. */
export function children(node: AstNode): [string, AstNode][] {
  return Object.entries(node).flatMap(([key, value]: [string, unknown]): [string, AstNode][] => {
    if (Array.isArray(value)) return value.filter(isNode).map((child) => [key, child]);
    return isNode(value) ? [[key, value]] : [];
  });
}
