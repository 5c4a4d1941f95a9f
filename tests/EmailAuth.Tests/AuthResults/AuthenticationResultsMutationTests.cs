using System.Text;
using EmailAuth.AuthResults;
using EmailAuth.Message;

namespace EmailAuth.Tests.AuthResults;

/// <summary>Fields that were well-formed until chance changed some octets.</summary>
[Rfc(8601, "2.2")]
public class AuthenticationResultsMutationTests
{
    private static readonly string[] Seeds =
    [
        "mx.example.org; spf=pass smtp.mailfrom=example.com; dkim=pass reason=\"good (signature)\" header.d=example.com header.b=\"ab/d\"",
        " foo.example.net (foobar) 1 (baz);\r\n dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n policy (A dot can go here) . (like that) expired\r\n (this surprised me) = (as I wasn't expecting it) 1362471462",
        "\"a \\\"b\\\"\" 1; none",
        "mx.example.net; dmarc=pass (p=NONE sp=NONE dis=NONE) header.from=example.com; spf=fail smtp.mailfrom=\"a b\"@x.example; auth=pass smtp.auth=joe @ (x) example.com",
    ];

    private static readonly byte[] Interesting = "();\"\\=./@, \t\r\n\0\u007f01az"u8.ToArray();

    [Test]
    public void What_is_read_can_be_written_and_read_again_and_nothing_throws()
    {
        var random = new Random(20260501);
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var octets = Mutate(Encoding.UTF8.GetBytes(Seeds[i % Seeds.Length]), random);
            var header = HeaderBlock.Parse(Encoding.Latin1.GetBytes("Authentication-Results:" + Encoding.Latin1.GetString(octets) + "\r\n"), MessageLimits.Default);
            AuthenticationResults.ForgedFields(header, "mx.example.org");
            if (!AuthenticationResults.TryRead(octets, out var results, out _))
                continue;
            read++;
            var field = results.ToHeaderField(allowUtf8: true);
            if (!AuthenticationResults.TryRead(field, out var again, out var problem))
                Assert.Fail($"{problem}\n{Convert.ToHexString(octets)}\n{field}");
            if (again!.Results.Length != results.Results.Length || again.ToUnfoldedValue(true) != results.ToUnfoldedValue(true))
                Assert.Fail($"{Convert.ToHexString(octets)}\n{results}\n{again}");
        }
        Assert.That(read, Is.GreaterThan(2_000), "the mutations must not break everything");
    }

    private static byte[] Mutate(byte[] seed, Random random)
    {
        var octets = seed.ToList();
        for (var change = random.Next(5); change >= 0; change--)
        {
            var at = random.Next(octets.Count);
            switch (random.Next(5))
            {
                case 0:
                    octets[at] = (byte)random.Next(256);
                    break;
                case 1:
                    octets.Insert(at, Interesting[random.Next(Interesting.Length)]);
                    break;
                case 2:
                    octets.RemoveRange(at, Math.Min(random.Next(1, 8), octets.Count - at));
                    break;
                case 3:
                    octets.InsertRange(at, octets.GetRange(at, Math.Min(random.Next(1, 20), octets.Count - at)));
                    break;
                default:
                    octets[at] = Interesting[random.Next(Interesting.Length)];
                    break;
            }
            if (octets.Count == 0)
                octets.Add(0);
        }
        return [.. octets];
    }
}
