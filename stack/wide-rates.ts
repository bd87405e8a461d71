/**
 * For platforms whose callers are one machine that measures or breaks them: rates no load here comes near. What sheds when there is
 * too much to do stays as it is.
 */
export const wideRates = ['ip', 'tenant', 'caller', 'write', 'money', 'secret', 'login', 'failure']
  .map((name) => `${name}=1000000`)
  .join(',');
