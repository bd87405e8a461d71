const troubles = /failed|past_due|refused|needs|lapsed|dunning|disputed|lost|rejected|not_possible|expired|exceeds/;
const joys = /activated|renewed|recovered|resumed|won|refunded$|repaired/;

/** Of what happened, by its name; the colour only repeats the words. */
export function colourOf(action: string): string {
  if (troubles.test(action)) return 'orange';
  return joys.test(action) ? 'green' : 'gray';
}
