namespace EmailAuth.Package;

/// <summary>The programs of the packages' readmes, from the packages, run and published as native AOT without one warning; and the command, installed as a tool.</summary>
[NonParallelizable]
public class ConsumerTests
{
    [Test]
    [CancelAfter(600_000)]
    public void The_program_of_the_readme_runs_from_the_packages_and_as_native_code()
    {
        using var consumer = new Consumer();
        var program = Consumer.Block("EmailAuth");
        Assert.That(program, Does.Contain("new DnsClientResolver()"));
        consumer.Write(program.Replace("new DnsClientResolver()", "ZoneDnsResolver.Load(\"example.zone\")", StringComparison.Ordinal), "EmailAuth");
        Assert.That(consumer.RunBoth(), Has.All.Contain("Authentication-Results: mx.receiver.example").And.All.Contain("dmarc=pass"));
    }

    [Test]
    [CancelAfter(600_000)]
    public void A_host_with_MimeKit_runs_from_the_packages_and_as_native_code()
    {
        using var consumer = new Consumer();
        File.WriteAllText(consumer.PathOf("appsettings.json"), """{ "Logging": { "LogLevel": { "Default": "Warning", "EmailAuth": "Information" } }, "EmailAuth": { "Dns": { "ZoneFile": "example.zone" }, "LogAddresses": true } }""");
        consumer.Write(
            "using EmailAuth.MimeKit;\n" + Consumer.Block("EmailAuth.Hosting") + """
            var received = await ReceivedMimeMessage.LoadAsync(File.OpenRead("newsletter.eml"));
            var again = await authenticator.VerifyAsync(received.ToEmailMessage(), session);
            Console.WriteLine($"{received.Message.From}: {result.Dmarc.Status}, {again.Dmarc.Status}");
            await host.StopAsync();
            """,
            "EmailAuth.Hosting", "EmailAuth.MimeKit", "Microsoft.Extensions.Hosting 10.0.0");
        foreach (var output in consumer.RunBoth())
            Assert.That(output, Does.Contain("example.com: DMARC pass, SPF pass, DKIM pass").And.Contain("letter@example.com").And.Contain(": Pass, Pass"));
    }

    [Test]
    [CancelAfter(300_000)]
    public void The_command_is_installed_as_a_tool()
    {
        using var consumer = new Consumer();
        consumer.Run("dotnet", "tool", "install", "EmailAuth.Cli", "--tool-path", "tools", "--version", Packages.Version, "--configfile", "NuGet.Config");
        var command = consumer.PathOf("tools", OperatingSystem.IsWindows() ? "emailauth.exe" : "emailauth");
        Assert.That(consumer.Run(command, "--version").Trim(), Is.EqualTo($"emailauth {Packages.Version}"));
        var output = consumer.Run(command, "verify", "newsletter.eml", "--zone", "example.zone", "--ip", "192.0.2.150", "--helo", "letters.example.com", "--mail-from", "letter@example.com");
        Assert.That(output, Does.StartWith("authentic: example.com is confirmed by SPF and DKIM"));
    }
}
