//! Numbers of articles, added up for any set of them: the place of each, and the documents that it cites. Counting is as
//! fast as memory is, so they are narrow, and articles that cite nothing take no room. In: numbers. Out: counts.

use tantivy::DocId;

use super::bits::{Bits, Ranked};

/// Documents of an article that have a column of their own; few articles cite more.
const COLUMNS: usize = 4;

/// Numbers in a row, two bytes each where all of them fit.
pub(super) enum Numbers {
    Narrow(Vec<u16>),
    Wide(Vec<u32>),
}

impl Numbers {
    pub(super) fn of(numbers: Vec<u32>) -> Self {
        let narrow: Result<Vec<u16>, _> = numbers.iter().map(|number| u16::try_from(*number)).collect();
        narrow.map_or(Self::Wide(numbers), Self::Narrow)
    }

    pub(super) fn get(&self, at: usize) -> Option<usize> {
        match self {
            Self::Narrow(numbers) => numbers.get(at).map(|number| usize::from(*number)),
            Self::Wide(numbers) => numbers.get(at).map(|number| *number as usize),
        }
    }

    /// Adds one to the count of each number of the articles; the numbers are those of all articles.
    pub(super) fn count(&self, docs: &Bits, counts: &mut [u32]) {
        match self {
            Self::Narrow(numbers) => docs.each(|doc| add(numbers, doc as usize, counts)),
            Self::Wide(numbers) => docs.each(|doc| add(numbers, doc as usize, counts)),
        }
    }

    /// The same when the numbers are those of `having` alone.
    fn count_some(&self, docs: &Bits, having: &Ranked, counts: &mut [u32]) {
        match self {
            Self::Narrow(numbers) => having.each_place(docs, |place| add(numbers, place, counts)),
            Self::Wide(numbers) => having.each_place(docs, |place| add(numbers, place, counts)),
        }
    }
}

fn add<N: Copy + Into<u32>>(numbers: &[N], at: usize, counts: &mut [u32]) {
    let number = numbers.get(at).map_or(u32::MAX, |number| (*number).into());
    if let Some(count) = counts.get_mut(number as usize) {
        *count += 1;
    }
}

/// The documents that the articles of a segment cite.
pub(super) struct Cited {
    /// Column `i`: the articles that cite more than `i` documents, and the document `i` of each.
    columns: Vec<(Ranked, Numbers)>,
    /// The articles that cite more documents than there are columns, where those begin in `rest`, and one more.
    having_more: Ranked,
    begins: Vec<u32>,
    rest: Vec<u32>,
}

impl Cited {
    /// Of so many articles, whose documents `write` appends.
    pub(super) fn of(docs: u32, mut write: impl FnMut(DocId, &mut Vec<u32>)) -> Self {
        let mut columns = vec![(Bits::room_for(docs), Vec::new()); COLUMNS];
        let mut having_more = Bits::room_for(docs);
        let (mut begins, mut rest) = (vec![0], Vec::new());
        let mut cited = Vec::new();
        for doc in 0..docs {
            cited.clear();
            write(doc, &mut cited);
            for ((having, numbers), number) in columns.iter_mut().zip(&cited) {
                having.insert(doc);
                numbers.push(*number);
            }
            if let Some(more @ [_, ..]) = cited.get(COLUMNS..) {
                having_more.insert(doc);
                rest.extend(more);
                begins.push(u32::try_from(rest.len()).unwrap_or(u32::MAX));
            }
        }
        columns.retain(|(_, numbers)| !numbers.is_empty());
        let ready = |(having, numbers)| (Ranked::of(having), Numbers::of(numbers));
        Self { columns: columns.into_iter().map(ready).collect(), having_more: Ranked::of(having_more), begins, rest }
    }

    /// Adds one to the count of each document for each of the articles that cites it.
    pub(super) fn count(&self, docs: &Bits, counts: &mut [u32]) {
        for (having, numbers) in &self.columns {
            numbers.count_some(docs, having, counts);
        }
        self.having_more.each_place(docs, |place| {
            if let Some([from, to]) = self.begins.get(place..place + 2) {
                let more = self.rest.get(*from as usize..*to as usize).unwrap_or_default();
                (0..more.len()).for_each(|at| add(more, at, counts));
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Article `n` cites the documents `0..n % 9`, numbered from `first` on.
    fn check(first: u32) {
        let cited = Cited::of(300, |doc, cited| cited.extend((0..doc % 9).map(|number| first + number)));
        let mut docs = Bits::room_for(300);
        (0..300).filter(|doc| doc % 2 == 0).for_each(|doc| docs.insert(doc));
        let mut counts = vec![0; first as usize + 9];
        cited.count(&docs, &mut counts);
        for number in 0..9 {
            let expected = (0..300).filter(|doc| doc % 2 == 0 && doc % 9 > number).count();
            assert_eq!(counts[(first + number) as usize] as usize, expected, "document {number} of {first}");
        }
    }

    #[test]
    fn documents_are_counted_however_many_there_are() {
        check(0);
        check(70_000);
        Cited::of(0, |_, _| {}).count(&Bits::all(64), &mut []);
    }

    #[test]
    fn numbers_are_kept_as_they_are() {
        for numbers in [vec![0, 65_535], vec![1, 65_536, 7]] {
            let kept = Numbers::of(numbers.clone());
            assert_eq!((0..).map_while(|at| kept.get(at)).map(|n| n as u32).collect::<Vec<_>>(), numbers);
        }
    }
}
