const storageKey = 'redcore-at-bank';

/** The subscription whose payment the customer left to confirm: no bank names it on the way back. */
export function rememberAtBank(subscriptionId: string): void {
  sessionStorage.setItem(storageKey, subscriptionId);
}

export function leftForBank(): string | null {
  return sessionStorage.getItem(storageKey);
}
