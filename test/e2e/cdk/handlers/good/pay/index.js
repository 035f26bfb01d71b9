exports.handler = async () => "pay is fine";
