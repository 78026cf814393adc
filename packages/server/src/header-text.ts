/** Whether a header brings a text as it is: spaces around it are lost on the way, and some characters are not sent at all. */
export const isHeaderText = (text: string): boolean => text.trim() === text && /^[\t -~\u0080-\u00ff]*$/.test(text)
