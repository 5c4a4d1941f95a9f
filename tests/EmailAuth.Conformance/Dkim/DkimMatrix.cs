using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Message;
using EmailAuth.Signatures;

namespace EmailAuth.Conformance.Dkim;

/// <summary>
/// Messages of every kind that interoperation has broken on: bodies, header sets, canonicalizations, algorithms and key sizes, and the keys to sign
/// them with. Made anew in each run, the same but for the keys.
/// </summary>
internal static class DkimMatrix
{
    public const string Domain = "example.com";

    private static readonly Lazy<IReadOnlyDictionary<string, SigningKey>> LazyKeys = new(() => new Dictionary<string, SigningKey>
    {
        ["rsa1024"] = SigningKey.FromPem(System.Security.Cryptography.RSA.Create(1024).ExportPkcs8PrivateKeyPem()),
        ["rsa2048"] = SigningKey.GenerateRsa(),
        ["rsa4096"] = SigningKey.GenerateRsa(4096),
        ["ed25519"] = SigningKey.GenerateEd25519(),
    });

    /// <summary>The keys by their selectors.</summary>
    public static IReadOnlyDictionary<string, SigningKey> Keys => LazyKeys.Value;

    public static IReadOnlyDictionary<string, string> Bodies { get; } = new Dictionary<string, string>
    {
        ["empty"] = "",
        ["crlf"] = "\r\n",
        ["blank-lines"] = "\r\n\r\n\r\n\r\n",
        ["space-lines"] = " \t\r\n\t\r\n",
        ["no-final-crlf"] = "one line\r\nand a last one",
        ["trailing-space"] = "one  \r\ntwo\t\r\n \r\nthree \t \r\n\r\n\r\n",
        ["inner-space"] = "\tone \t two  three\r\n  four\r\n",
        ["eight-bit"] = "Gr\u00FC\u00DFe \u00A0\u00FF\r\n",
        ["nul"] = "a\0b\r\n\0\r\n",
        ["long-line"] = string.Concat(Enumerable.Repeat("a long line of words, ", 250)) + "\r\n",
        ["dots"] = ".\r\n..\r\n. \r\n.x\r\n",
        ["text"] = string.Concat(Enumerable.Range(0, 300).Select(i => $"Line {i} of an ordinary text with some words in it.\r\n{(i % 7 == 0 ? "\r\n" : "")}")),
    };

    public static IReadOnlyDictionary<string, string> Headers { get; } = new Dictionary<string, string>
    {
        ["plain"] = "From: Ann <ann@example.com>\r\nTo: bob@example.net\r\nSubject: Hello\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\nMessage-ID: <1@example.com>\r\n",
        ["minimal"] = "From: ann@example.com\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\n",
        ["repeated"] = "Received: from c by d;\r\n\tFri, 29 May 2026 10:00:02 +0000\r\nReceived: from b by c; Fri, 29 May 2026 10:00:01 +0000\r\nComments: one\r\nFrom: ann@example.com\r\nReceived: from a by b\r\nSubject: Hello\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\nComments: two\r\n",
        ["odd"] = "FROM: \t\"A.  B\" <ann@example.com> (a\r\n \tcomment)  \r\ntO:bob@example.net,\r\n\tcarol@example.net\r\nSubject:  Gr\u00FC\u00DFe \t  aus\r\n   M\u00FCnchen \t\r\nDate: Fri, 29 May 2026 10:00:00 +0000\r\nCc: \r\nX-Empty:\r\nMIME-Version: 1.0\r\nContent-Type: text/plain;\r\n\tcharset=utf-8\r\n",
    };

    public static IEnumerable<(CanonicalizationAlgorithm Header, CanonicalizationAlgorithm Body)> Canonicalizations { get; } =
        from header in Enum.GetValues<CanonicalizationAlgorithm>()
        from body in Enum.GetValues<CanonicalizationAlgorithm>()
        select (header, body);

    public static string ToText(this CanonicalizationAlgorithm algorithm) => algorithm == CanonicalizationAlgorithm.Simple ? "simple" : "relaxed";

    /// <summary>The keys as lines of name, tabulator and text.</summary>
    public static string KeyTable(char separator = '\t') =>
        string.Concat(Keys.Select(key => $"{key.Key}._domainkey.{Domain}{separator}{DkimKeyRecord.FromKey(key.Value)}\n"));

    public static ZoneDnsResolver Zone() =>
        ZoneDnsResolver.Parse(string.Join('\n', Keys.Select(key => DkimKeyRecord.FromKey(key.Value).ToMasterFile(DomainName.Parse(Domain), key.Key))));

    private static readonly Lazy<Task<List<(string Name, byte[] Message)>>> LazySigned = new(SignAllAsync);

    /// <summary>Every message, signed by this library: 768 and four of 5 MB. The name tells what it is.</summary>
    public static Task<List<(string Name, byte[] Message)>> SignedAsync() => LazySigned.Value;

    private static async Task<List<(string Name, byte[] Message)>> SignAllAsync()
    {
        var signed = new List<(string, byte[])>();
        foreach (var (selector, key) in Keys)
        {
            foreach (var (headerAlgorithm, bodyAlgorithm) in Canonicalizations)
            {
                foreach (var (headerName, header) in Headers)
                {
                    var signer = new DkimSigner(new DkimSignerOptions
                    {
                        Domain = DomainName.Parse(Domain),
                        Selector = selector,
                        Key = key,
                        AllowShortRsaKey = true,
                        HeaderCanonicalization = headerAlgorithm,
                        BodyCanonicalization = bodyAlgorithm,
                        SignedFields = headerName == "repeated" ? ["Received", "Comments"] : DkimSignerOptions.DefaultSignedFields,
                        OversignedFields = headerName == "minimal" ? ["From"] : DkimSignerOptions.DefaultOversignedFields,
                        Identity = headerName == "odd" ? $"ann@sub.{Domain}" : null,
                        ExpiresAfter = headerName == "odd" ? TimeSpan.FromDays(1) : null,
                    });
                    foreach (var (bodyName, body) in Bodies)
                        signed.Add(await SignAsync(signer, $"{selector}_{headerAlgorithm.ToText()}-{bodyAlgorithm.ToText()}_{headerName}_{bodyName}", header + "\r\n" + body));
                    if (headerName == "plain" && selector == "rsa2048")
                        signed.Add(await SignAsync(signer, $"{selector}_{headerAlgorithm.ToText()}-{bodyAlgorithm.ToText()}_{headerName}_5-megabytes", header + "\r\n" + string.Concat(Enumerable.Repeat(Bodies["text"], 5_000_000 / Bodies["text"].Length))));
                }
            }
        }
        return signed;
    }

    private static async Task<(string Name, byte[] Message)> SignAsync(DkimSigner signer, string name, string text)
    {
        var message = Encoding.Latin1.GetBytes(text);
        var field = await signer.SignAsync(EmailMessage.FromBytes(message));
        return (name, [.. field.RawOctets.Span, .. message]);
    }

    /// <summary>Unsigned messages for peers to sign.</summary>
    public static IEnumerable<(string Name, byte[] Message)> Unsigned() =>
        from header in Headers
        from body in Bodies
        select ($"{header.Key}_{body.Key}", Encoding.Latin1.GetBytes(header.Value + "\r\n" + body.Value));

    /// <summary>What this library says of a message.</summary>
    public static async Task<DkimResult> VerifyAsync(DkimVerifier verifier, byte[] message)
    {
        var results = await verifier.VerifyAsync(EmailMessage.FromBytes(message));
        return results[0];
    }
}
