import type { z } from 'zod';
import { DomainError } from '../../domain/errors.ts';

interface FieldError {
  field: string;
  message: string;
}

const errorsMax = 20;
const nameLengthMax = 80;

/** The value as the schema reads it, or `invalid_request` naming every field that does not fit. */
export function validate(schema: z.ZodType, value: unknown): unknown {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(describeIssue).slice(0, errorsMax);
  const [first] = errors;
  throw new DomainError('invalid_request', first ? `${first.field} ${first.message}.` : 'The request is invalid.', {
    field: first?.field,
    errors,
  });
}

function fieldOf(path: readonly PropertyKey[]): string {
  return path.length === 0 ? 'body' : path.map(String).join('.').slice(0, nameLengthMax);
}

function describeIssue(issue: z.core.$ZodIssue): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ field: fieldOf([...issue.path, key]), message: 'is unknown' }));
  }
  return [{ field: fieldOf(issue.path), message: messageOf(issue) }];
}

function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.message.endsWith('received undefined') ? 'is required' : `must be ${articled(issue.expected)}`;
    case 'invalid_value':
      return `must be one of ${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return `must ${issue.origin === 'string' ? 'have at least' : 'be at least'} ${issue.minimum}${unitOf(issue.origin)}`;
    case 'too_big':
      return `must ${issue.origin === 'string' ? 'have at most' : 'be at most'} ${issue.maximum}${unitOf(issue.origin)}`;
    case 'invalid_key':
      return 'is no name of 1 to 40 characters';
    case 'invalid_format':
    case 'custom':
      return issue.message;
    case 'not_multiple_of':
    case 'unrecognized_keys':
    case 'invalid_union':
    case 'invalid_element':
      return 'is invalid';
    default:
      return issue satisfies never;
  }
}

function unitOf(origin: string): string {
  return origin === 'string' ? ' characters' : '';
}

function articled(type: string): string {
  const name = type === 'int' ? 'whole number' : type === 'record' ? 'object' : type;
  return /^[aeio]/.test(name) ? `an ${name}` : `a ${name}`;
}
