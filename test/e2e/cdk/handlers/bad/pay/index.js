exports.handler = async () => {
  throw new Error("pay is broken");
};
