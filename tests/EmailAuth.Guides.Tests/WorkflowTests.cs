using System.Diagnostics;
using System.Text.RegularExpressions;
using EmailAuth.Tests;
using YamlDotNet.RepresentationModel;

namespace EmailAuth.Guides.Tests;

/// <summary>The files that GitHub reads can be read, and call scripts and projects that are there.</summary>
public partial class WorkflowTests
{
    private static IEnumerable<TestCaseData> Files =>
        from path in Directory.EnumerateFiles(Repository.PathOf(".github"), "*.yml", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(Repository.Root, path)
        select new TestCaseData(path).SetArgDisplayNames(relative);

    private static IEnumerable<TestCaseData> Workflows => Files.Where(static file => ((string)file.Arguments[0]!).Contains("workflows", StringComparison.Ordinal));

    [TestCaseSource(nameof(Files))]
    public void It_is_yaml(string path) => Assert.That(Read(path).Children, Is.Not.Empty);

    [TestCaseSource(nameof(Workflows))]
    public void Each_step_does_one_thing_with_what_is_there(string path)
    {
        var jobs = (YamlMappingNode)Read(path).Children["jobs"];
        foreach (var job in jobs.Children.Values.Cast<YamlMappingNode>())
        {
            Assert.That(job.Children, Does.ContainKey(new YamlScalarNode("runs-on")));
            foreach (var step in ((YamlSequenceNode)job.Children["steps"]).Cast<YamlMappingNode>())
            {
                Assert.That(step.Children.Keys.Select(static key => key.ToString()).Count(static key => key is "run" or "uses"), Is.EqualTo(1));
                if (!step.Children.TryGetValue("run", out var run))
                    continue;
                foreach (Match name in Own().Matches(run.ToString()))
                    Assert.That(Repository.PathOf(name.Value.Split('/')), Does.Exist);
            }
        }
    }

    [Test]
    public void Linux_runs_what_every_change_must_pass() =>
        Assert.That(File.ReadAllText(Repository.PathOf(".github", "workflows", "ci.yml")), Does.Contain("- run: .ci/run\n"));

    [Test]
    [Platform(Exclude = "Win")]
    public void The_release_notes_are_the_topmost_chapter_of_the_change_log()
    {
        using var process = Process.Start(new ProcessStartInfo(Repository.PathOf(".ci", "release-notes")) { RedirectStandardOutput = true })!;
        var notes = process.StandardOutput.ReadToEnd().Trim();
        var log = File.ReadAllText(Repository.PathOf(".github", "CHANGELOG.md"));
        var chapters = Chapter().Split(log);
        Assert.That(chapters, Has.Length.GreaterThan(1));
        Assert.That(notes, Is.EqualTo(chapters[1].Trim()));
        Assert.That(chapters.Skip(1).Take(1), Has.None.Match(@"^\s*$"));
    }

    private static YamlMappingNode Read(string path)
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(path);
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents.Single().RootNode;
    }

    [GeneratedRegex(@"(?<=^|\s)(\.ci|src|tests)/[A-Za-z./-]+", RegexOptions.Multiline)]
    private static partial Regex Own();

    [GeneratedRegex(@"^## .*\n", RegexOptions.Multiline)]
    private static partial Regex Chapter();
}
