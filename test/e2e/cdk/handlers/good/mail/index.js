exports.handler = async () => "mail is fine";
