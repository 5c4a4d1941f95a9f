using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Dns;
using EmailAuth.Signatures;

namespace EmailAuth.Fuzz.Targets;

/// <summary>A key record (RFC 6376 §3.6.1): read, judged by its linter, and written as a master file has it.</summary>
internal sealed class KeyRecordTarget : FuzzTarget
{
    private static readonly DomainName Domain = DomainName.Parse("example.com");

    public override string Name => "key-record";

    public override int Share => 3;

    // The Ed25519 key is that of RFC 8463 §A.2; the RSA keys have 1,024 bits, and 512 in the short form.
    protected override string[] SeedTexts =>
    [
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        "v=DKIM1; k=rsa; h=sha256:sha1; s=email:*; t=y:s; n=note=3B; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDUU7qf1J42fKk8n2Q6cpBSaqEYAZ3ZNNtzNDzvnC5G7rxTGWpQyQYt4zTJ2aGEo4RlKe59jqqpZlMjF61QZPAv3sughlZWhtK93JaaBFcZKw9I3IZ/Jp/CjcoNoofnqPB0tIckxBVnoBeV9DU8JuoxsGy7r57ufQfXJbvsVgwGPwIDAQAB",
        "p=",
        "g=*; k=rsa; p=MEgCQQC4ODOOQmQkgys3zJVmeIAqNgSeh+W93YCtMv3nI2vIPHhon/9mZFWAI+TYmyaAIEe/jXe8tVIN1SyEGl40yVV3AgMBAAE=; t=s;",
    ];

    public override string[] Tokens =>
    [
        "v=DKIM1", "v=", "k=rsa", "k=ed25519", "p=", "h=sha256", "h=sha1", "s=email", "s=*", "t=y", "t=s", "t=y:s", "n=", "g=", ";", "; ", "=", ":", "\r\n ", "\t", "AAAA", "==", "MFww", "\"", "\\", "\0", "\xe4",
        "Aw==", "AgMBAAE=", "MCowBQYDK2VwAyEA",
    ];

    public override void Run(ReadOnlySpan<byte> input)
    {
        var octets = input.ToArray();
        var budget = new AllocationBudget(input.Length);
        var record = KeyRecord.Read(octets);
        budget.Check();
        Promise.That(record.Rule == KeyRule.None == record.Key is not null);
        Promise.That(record.Position >= 0 && record.Position <= octets.Length);
        Promise.IsPrintable(record.Text);
        Promise.That(record.Rule == KeyRule.None || record.Text.Length > 0);
        Promise.That(record.Key is null || record.Key.Bits is >= 1 and <= SignatureLimits.MaxRsaKeyBits);

        var report = DkimKeyRecordLint.Check(octets);
        Promise.IsSound(report, octets.Length);
        Promise.That(!report.IsUsable || record.Key is not null);
        if (!System.Text.Ascii.IsValid(octets))
            return;
        Promise.That(DkimKeyRecord.TryParse(Encoding.ASCII.GetString(octets), out var parsed) == record.IsKeyRecord);
        if (parsed is null)
            return;
        Promise.That(parsed.KeyType == record.Type && parsed.IsRevoked == (record.Rule == KeyRule.Revoked) && parsed.KeyBits == record.Key?.Bits);
        CheckMasterFile(parsed, octets);
    }

    /// <summary>What is printed for a zone brings the same octets back.</summary>
    private static void CheckMasterFile(DkimKeyRecord record, byte[] octets)
    {
        var zone = ZoneDnsResolver.Parse(record.ToMasterFile(Domain, "s"));
        var answer = zone.QueryAsync(new DnsQuestion(DomainName.Parse("s._domainkey.example.com"), DnsRecordType.TXT)).Result;
        Promise.That(answer.Records is [TxtRecord]);
        Promise.Equal(((TxtRecord)answer.Records[0]).Octets.Span, octets, "through a master file");
    }
}
