namespace EmailAuth.Samples.Tests.CustomMta;

/// <summary>Settings with which no mail could be taken: told at the start, not to the first client.</summary>
public sealed class SettingsTests
{
    [TestCase("Smtp:CommandTimeLimit=-00:00:05")]
    [TestCase("Smtp:MessageTimeLimit=100.00:00:00")]
    [TestCase("Smtp:Mailboxes:x@receiver.example=Spool")]
    public async Task Settings_that_cannot_be_used_are_refused_at_the_start(string setting)
    {
        var folder = Directory.CreateTempSubdirectory("emailauth-mta-");
        try
        {
            var (status, output, error) = await SampleProgram.RunAsync("CustomMta", "--folder", folder.FullName, "--port", "0", "--metrics-port", "0", "--" + setting).WaitAsync(TimeSpan.FromSeconds(60));
            Assert.That(status, Is.Not.Zero);
            Assert.That(output + error, Does.Contain("Smtp: an address, a limit, a time limit or the folder of a mailbox cannot be used.").And.Not.Contain("Listening"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
