using System.Text;
using EmailAuth.Dkim;
using EmailAuth.Fuzz.Forgery;
using EmailAuth.Message;
using EmailAuth.Signatures;
using static EmailAuth.Tests.Dkim.TestMail;

namespace EmailAuth.Tests.Dkim;

/// <summary>
/// Single octets of signed messages changed, put in and taken out: where the signed data changes, the signature never passes; where it does not,
/// the verdict stays. What is signed is found by <see cref="SlowReference"/>.
/// </summary>
public class DkimForgeryTests
{
    private const int Mutations = 20_000;

    private const string Unsigned = "Received: from a by b; Fri, 29 May 2026 10:00:00 +0000\r\nX-Mailer: one\r\n\ttwo \r\n";

    [Test]
    public async Task Twenty_thousand_changed_octets_forge_nothing()
    {
        var modes =
            from rsa in new[] { true, false }
            from header in Enum.GetValues<CanonicalizationAlgorithm>()
            from body in Enum.GetValues<CanonicalizationAlgorithm>()
            select Options(rsa ? Rsa : Ed25519) with { HeaderCanonicalization = header, BodyCanonicalization = body, Identity = "@example.com" };
        var random = new Random(6376);
        var verifier = new DkimVerifier(Zone(), new DkimVerifierOptions { TimeProvider = Clock });
        var (changed, same) = (0, 0);
        foreach (var options in modes)
        {
            var message = await SignAsync(Unsigned + Plain, options);
            var expected = SlowReference.SignedData(message)!;
            Assert.That((await VerifyAsync(message)).Status, Is.EqualTo(DkimStatus.Pass));
            for (var i = 0; i < Mutations / 8; i++)
            {
                var mutated = Mutate(message, random);
                var results = await verifier.VerifyAsync(MessageOf(mutated));
                var passes = results.Any(result => result.Status == DkimStatus.Pass);
                if (SlowReference.SignedData(mutated) == expected && mutated != message)
                {
                    same++;
                    var hasBareLineEnd = HeaderBlock.Parse(Encoding.Latin1.GetBytes(HeaderOf(mutated)), MessageLimits.Default).HasBareLineEnd;
                    Assert.That(results.Single().Status, Is.EqualTo(hasBareLineEnd ? DkimStatus.Policy : DkimStatus.Pass), () => Show(message, mutated));
                }
                else if (mutated != message)
                {
                    changed++;
                    Assert.That(passes, Is.False, () => Show(message, mutated));
                }
            }
        }
        Assert.That(changed, Is.GreaterThan(Mutations / 2));
        Assert.That(same, Is.GreaterThan(Mutations / 20));
    }

    private static string HeaderOf(string message) =>
        message.IndexOf("\r\n\r\n", StringComparison.Ordinal) is >= 0 and var end ? message[..(end + 2)] : message;

    /// <summary>One octet replaced, put in or taken out; often by one that has a meaning.</summary>
    private static string Mutate(string message, Random random)
    {
        const string special = " \t\r\n:;=,@.\0\u007F\u00A0\u00FFaAzZ09+/";
        var at = random.Next(message.Length);
        var octet = random.Next(3) == 0 ? (char)random.Next(256) : special[random.Next(special.Length)];
        return random.Next(4) switch
        {
            0 => message.Remove(at, 1),
            1 => message.Insert(at, octet.ToString()),
            2 => string.Concat(message.AsSpan(0, at), ((char)(message[at] ^ (1 << random.Next(8)))).ToString(), message.AsSpan(at + 1)),
            _ => string.Concat(message.AsSpan(0, at), octet.ToString(), message.AsSpan(at + 1)),
        };
    }

    private static string Show(string message, string mutated)
    {
        var at = 0;
        while (at < Math.Min(message.Length, mutated.Length) && message[at] == mutated[at])
            at++;
        string Around(string text) => EmailAuth.Syntax.Octets.ToPrintable(Encoding.Latin1.GetBytes(text[Math.Max(0, at - 30)..Math.Min(text.Length, at + 30)]), 300);
        return $"at {at}: {Around(message)} became {Around(mutated)}";
    }
}
