export interface Form {
  [name: string]: string | Form;
}

const partsMax = 4;

/** Stripe's form encoding: `metadata[attempt_id]=x`, `created[gte]=1`, `expand[0]=y`, `expand[]=y`. */
export function parseForm(encoded: string): Form {
  const form: Form = Object.create(null) as Form;
  for (const [name, value] of new URLSearchParams(encoded)) {
    const parts = [name.replace(/\[.*$/s, ''), ...[...name.matchAll(/\[([^[\]]*)\]/g)].map((match) => match[1] ?? '')];
    if (parts.length <= partsMax) put(form, parts, value);
  }
  return form;
}

function put(form: Form, [head = '', ...rest]: string[], value: string): void {
  const name = head === '' ? String(Object.keys(form).length) : head;
  if (rest.length === 0) {
    form[name] = value;
    return;
  }
  const inner = form[name];
  const next: Form = typeof inner === 'object' ? inner : (Object.create(null) as Form);
  form[name] = next;
  put(next, rest, value);
}
