/** What the secret of a user's second factor is sealed with. */
export function totpPurpose({ id }: { id: string }): string {
  return `totp/${id}`;
}
