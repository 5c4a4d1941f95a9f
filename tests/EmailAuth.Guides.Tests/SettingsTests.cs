using System.Globalization;
using System.Text;
using EmailAuth.Conformance.Peers;
using EmailAuth.Dns;
using EmailAuth.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EmailAuth.Guides.Tests;

/// <summary>Settings, zones and the configurations of other programs on the pages are read by what they are for.</summary>
public class SettingsTests
{
    private static IEnumerable<TestCaseData> BlocksIn(string language) =>
        from block in Page.All.SelectMany(static page => page.Blocks).Concat(CodeBlock.Examples()) where block.Language == language select new TestCaseData(block).SetArgDisplayNames(block.ToString());

    [TestCaseSource(nameof(BlocksIn), new object[] { "json" })]
    public void A_host_starts_with_these_settings(object block)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(((CodeBlock)block).Text));
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddJsonStream(json);
        Assert.That(builder.Configuration.GetSection("EmailAuth").Exists());
        builder.Services.AddDistributedMemoryCache().AddEmailAuth(builder.Configuration.GetSection("EmailAuth"));
        using var host = builder.Build();
        Assert.That(() => host.Services.GetRequiredService<IStartupValidator>().Validate(), Throws.Nothing);
        Assert.That(host.Services.GetRequiredService<EmailAuthenticator>(), Is.Not.Null);
    }

    [Test]
    public void The_guide_to_tuning_has_every_setting_once() =>
        Assert.That(Rows.Select(static row => row[0].Trim('`')), Is.EquivalentTo(KeysOf(typeof(EmailAuthOptions), "")));

    [Test]
    public void The_guide_to_tuning_has_the_true_defaults()
    {
        var told = Rows.Select(static row => $"{row[0].Trim('`')} = {row[1].Trim('`')}");
        var there = KeysOf(typeof(EmailAuthOptions), "").Select(static key => $"{key} = {TextOf(DefaultOf(key))}");
        Assert.That(told, Is.EquivalentTo(there));
    }

    [Test]
    public void The_guide_to_tuning_has_the_true_ranges()
    {
        var keys = Rows.Where(static row => row[2].Contains("` to `", StringComparison.Ordinal)).ToList();
        // Every number and every time has one.
        Assert.That(keys.Select(static row => row[0].Trim('`')), Is.EquivalentTo(KeysOf(typeof(EmailAuthOptions), "").Where(static key => DefaultOf(key) is int or long or TimeSpan)));
        foreach (var row in keys)
        {
            var (key, range) = (row[0].Trim('`'), row[2].Trim('`').Split("` to `"));
            Assert.That((IsTaken(key, range[0]), IsTaken(key, range[1])), Is.EqualTo((true, true)), key);
            Assert.That((IsTaken(key, Beside(range[0], -1)), IsTaken(key, Beside(range[1], 1))), Is.EqualTo((false, false)), key);
        }
    }

    [Test]
    public void The_guide_to_tuning_has_every_word_that_a_setting_may_be()
    {
        foreach (var row in Rows.Where(static row => DefaultOf(row[0].Trim('`')) is bool or Enum))
        {
            var words = row[2].Split(", ").Select(static word => word.Trim('`')).ToList();
            Assert.That(words, Is.EquivalentTo(DefaultOf(row[0].Trim('`')) is bool ? ["true", "false"] : Enum.GetNames<DnsTransport>()), row[0]);
        }
    }

    private static IEnumerable<string[]> Rows =>
        new[] { "`Dns`: whom to ask", "`Cache`: the cache of this process", "`SharedCache`: the cache of a cluster", "`Verification`: how messages are judged", "At the top" }
            .SelectMany(Page.Guide("tuning").Table);

    private static IEnumerable<string> KeysOf(Type options, string prefix) =>
        from property in options.GetProperties()
        let key = prefix + property.Name
        from name in property.PropertyType.Namespace == typeof(EmailAuthOptions).Namespace ? KeysOf(property.PropertyType, key + ":")
            : property.PropertyType == typeof(IList<TrustedSealerOptions>) ? KeysOf(typeof(TrustedSealerOptions), key + ":0:").Prepend(key)
            : [key]
        select name;

    /// <summary>What the library has where the key is left out: the property of the same name of the options that the section is for.</summary>
    private static object? DefaultOf(string key)
    {
        var (section, name) = (key.Split(':')[0], key.Split(':')[^1]);
        object[] places = (section, name) switch
        {
            ("Dns", _) => [DnsClientOptions.Default, DnsLimits.Default, new EmailAuthDnsOptions()],
            ("Cache", _) => [DnsCacheOptions.Default],
            ("SharedCache", _) => [SharedDnsCacheOptions.Default, new EmailAuthSharedCacheOptions()],
            ("Verification", "MinimumRsaKeyBits") => [new EmailAuthenticatorOptions().Dkim],
            ("Verification", "ReceiverName") => [new EmailAuthenticatorOptions().Spf],
            ("Verification", "TrustedSealers") => [new EmailAuthVerificationOptions()],
            ("Verification", "Domain" or "RecipientDomains" or "Sources") => [new TrustedSealerOptions()],
            ("Verification", _) => [new EmailAuthenticatorOptions(), new EmailAuthVerificationOptions()],
            _ => [new EmailAuthOptions()],
        };
        return places.Select(place => (Place: place, Property: place.GetType().GetProperty(name))).First(static at => at.Property is not null) switch
        {
            var (place, property) => property!.GetValue(place),
        };
    }

    private static string TextOf(object? value) => value switch
    {
        null => "none",
        bool => value.Equals(true) ? "true" : "false",
        string text => text,
        System.Collections.IEnumerable list => list.Cast<object>().Any() ? "?" : "none",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Beside(string value, int step) =>
        value.Contains(':', StringComparison.Ordinal)
            ? (TimeSpan.Parse(value, CultureInfo.InvariantCulture) + TimeSpan.FromTicks(step)).ToString()
            : (long.Parse(value, CultureInfo.InvariantCulture) + step).ToString(CultureInfo.InvariantCulture);

    private static bool IsTaken(string key, string value)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([KeyValuePair.Create("EmailAuth:" + key, (string?)value)]).Build();
        using var services = new ServiceCollection().AddEmailAuth(configuration.GetSection("EmailAuth")).BuildServiceProvider();
        try
        {
            return services.GetRequiredService<IOptions<EmailAuthOptions>>().Value is not null;
        }
        catch (OptionsValidationException error)
        {
            Assert.That(error.Message, Does.StartWith($"EmailAuth:{key} is "));
            return false;
        }
    }

    [Test]
    public void Wrong_settings_are_told_as_the_readme_says()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("EmailAuth:Dns:Servers:0", (string?)"dns.example"), KeyValuePair.Create("EmailAuth:Cache:MaxEntries", (string?)"5"), KeyValuePair.Create("EmailAuth:Dns:Retries", (string?)"3")]);
        builder.Services.AddEmailAuth(builder.Configuration.GetSection("EmailAuth"));
        using var host = builder.Build();
        var error = Assert.Catch(() => host.Services.GetRequiredService<IStartupValidator>().Validate())!;
        var told = Page.All.Single(static page => page.Path == "src/EmailAuth.Hosting/README.md").Blocks.First(static block => block.Language == "text");
        PrintedOutput.AssertIn(error.Message.Replace("; ", "\n", StringComparison.Ordinal), told);
    }

    [TestCaseSource(nameof(BlocksIn), new object[] { "zone" })]
    public void A_zone_is_read(object block) => Assert.That(() => ZoneDnsResolver.Parse(((CodeBlock)block).Text), Throws.Nothing);

    [TestCaseSource(nameof(BlocksIn), new object[] { "unbound" })]
    public void Unbound_takes_its_configuration(object block)
    {
        Peer.Require("unbound", "/usr/sbin/unbound", "-V");
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, ((CodeBlock)block).Text);
            var (status, output, error) = Peer.Run("/usr/sbin/unbound-checkconf", [file], default, TimeSpan.FromSeconds(20));
            Assert.That(status, Is.Zero, Encoding.UTF8.GetString(output) + error);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
