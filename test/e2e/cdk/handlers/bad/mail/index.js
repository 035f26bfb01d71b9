exports.handler = async () => {
  throw new Error("mail is broken");
};
