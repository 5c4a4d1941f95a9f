using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

// Signs an outgoing message with two keys in one pass over its body: RSA for everybody, Ed25519 (RFC 8463) for those who can. The signed message goes to
// standard output, the DNS records to publish into a zone file.
// Usage: dotnet run --project samples/SignOutbound -- MESSAGE DOMAIN ZONE [RSA.pem ED25519.pem]   (from the root of the repository; ZONE is a new file)
if (args is not [var messageFile, var domainName, var zoneFile, .. [] or [_, _]])
{
    Console.Error.WriteLine("Usage: SignOutbound MESSAGE DOMAIN ZONE [RSA.pem ED25519.pem]");
    return 64;
}

// Without key files, keys for this run: their private halves are gone when it ends. "emailauth dkim keygen" makes some to keep.
var domain = DomainName.Parse(domainName);
using var rsa = args.Length > 3 ? SigningKey.Load(args[3]) : SigningKey.GenerateRsa(2048);
using var ed25519 = args.Length > 3 ? SigningKey.Load(args[4]) : SigningKey.GenerateEd25519();

// One selector a key: a key is changed by publishing the next one under a new selector, and
// revoked by publishing its record with an empty p= (RFC 6376 §3.6.1); only when no mail under way is signed with it is the record taken away.
(string Selector, SigningKey Key)[] keys = [("rsa1", rsa), ("ed1", ed25519)];
var records = string.Concat(keys.Select(key => DkimKeyRecord.FromKey(key.Key).ToMasterFile(domain, key.Selector) + "\n"));
try
{
    // Never over another file: it might be the zone of a server.
    using var zone = new StreamWriter(new FileStream(zoneFile, FileMode.CreateNew));
    zone.Write(records);
}
catch (IOException exception)
{
    Console.Error.WriteLine($"ZONE is \"{zoneFile}\", which cannot be written; right would be the name of a new file: {exception.Message}");
    return 73;
}
var published = ZoneDnsResolver.Parse(records);

// Made once, for any number of messages and threads.
var signers = keys.Select(key => new DkimSigner(new DkimSignerOptions
{
    Domain = domain,
    Selector = key.Selector,
    Key = key.Key,

    // x=: a signature that is two weeks old is no longer good for mail that somebody sends once more. Longer than any queue keeps a message.
    ExpiresAfter = TimeSpan.FromDays(14),

    // Named in h= once more than it stands, a field that is added later breaks the signature: no second Subject, and no List-Unsubscribe
    // that leads elsewhere. The defaults are From, To, Cc, Subject, Date, Reply-To, Message-ID, Content-Type and MIME-Version.
    OversignedFields = [.. DkimSignerOptions.DefaultOversignedFields, "List-Unsubscribe", "List-Unsubscribe-Post"],

    // Asks for the record and verifies the new signature with it. Here that shows only that key and record belong together: both were made above. A sender of
    // real mail has a resolver that asks DNS, so that a key that is not published yet is found here and not by the recipients.
    VerifyWith = published,
})).ToArray();

try
{
    // A message that must not be signed is refused: two From fields, a From of another domain, a bare CR or LF.
    var fields = await DkimSigner.SignAllAsync([.. signers], EmailMessage.FromFile(messageFile));
    using var output = Console.OpenStandardOutput();
    foreach (var field in fields)
        output.Write(field.RawOctets.Span);
    using var message = File.OpenRead(messageFile);
    message.CopyTo(output);
    return 0;
}
catch (DkimSigningException refusal)
{
    Console.Error.WriteLine($"{messageFile} is not signed: {refusal.Message}");
    return 65;
}
