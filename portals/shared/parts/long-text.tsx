import { Textarea } from '@mantine/core';
import type { ReactNode } from 'react';

/** A few sentences, such as a reason. */
export function LongText(props: {
  label: string;
  required?: boolean;
  maxLength?: number;
  value: string;
  onChange: (text: string) => void;
}): ReactNode {
  return (
    <Textarea
      label={props.label}
      required={props.required === true}
      maxLength={props.maxLength ?? 500}
      autosize
      minRows={2}
      value={props.value}
      onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
    />
  );
}
