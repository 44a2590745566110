/** The lectern and its lamp. */
export function Mark({ size = 30 }: { size?: number }) {
  return <img src="/mark.svg" width={size} height={size} alt="" className="mark" />;
}
