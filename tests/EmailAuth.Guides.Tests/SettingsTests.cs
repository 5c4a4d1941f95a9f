using System.Text;
using EmailAuth.Conformance.Peers;
using EmailAuth.Dns;
using EmailAuth.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

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
        Assert.That(() => host.Services.GetRequiredService<Microsoft.Extensions.Options.IStartupValidator>().Validate(), Throws.Nothing);
        Assert.That(host.Services.GetRequiredService<EmailAuthenticator>(), Is.Not.Null);
    }

    [Test]
    public void The_guide_to_tuning_shows_every_setting()
    {
        var tuning = string.Join('\n', Page.Guide("tuning").Lines) + string.Join('\n', Page.Guide("dns").Lines);
        var missing =
            from type in new[] { typeof(EmailAuthOptions), typeof(EmailAuthDnsOptions), typeof(EmailAuthCacheOptions), typeof(EmailAuthSharedCacheOptions), typeof(EmailAuthVerificationOptions), typeof(TrustedSealerOptions) }
            from property in type.GetProperties()
            where !tuning.Contains($"\"{property.Name}\"", StringComparison.Ordinal) && !tuning.Contains($":{property.Name}`", StringComparison.Ordinal)
            select $"{type.Name}.{property.Name}";
        Assert.That(missing, Is.Empty);
    }

    [Test]
    public void Wrong_settings_are_told_as_the_readme_says()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("EmailAuth:Dns:Servers:0", (string?)"dns.example"), KeyValuePair.Create("EmailAuth:Cache:MaxEntries", (string?)"5")]);
        builder.Services.AddEmailAuth(builder.Configuration.GetSection("EmailAuth"));
        using var host = builder.Build();
        var error = Assert.Catch(() => host.Services.GetRequiredService<Microsoft.Extensions.Options.IStartupValidator>().Validate())!;
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
