exports.handler = async () => {
  throw new Error("report is broken");
};
